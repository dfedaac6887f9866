use super::subject::Subject;
use crate::diagnostic::Fault;

const POD_IDENTITY_AGENT: &str = "eks-pod-identity-agent";

pub(super) fn oidc_provider(subject: &Subject<'_>) {
    let eks = subject.eks();
    let path = subject.path("eks.oidcProvider", "iam.withOIDC");
    if !eks.service_accounts.is_empty() && !eks.oidc_provider {
        let accounts = subject.path("eks.serviceAccounts", "iam.serviceAccounts");
        subject.fault_at_key(
            if subject.is_given(&path) { &path } else { &accounts },
            Fault::new(
                "no-oidc-provider",
                "service accounts need the OIDC provider",
                "without it IAM trusts none of them",
            )
            .hint(format!("`{}: true`", path.rsplit('.').next().unwrap_or_default())),
        );
    }
}

/// Roles given to pods get there through an agent on each node.
pub(super) fn pod_identity_agent(subject: &Subject<'_>) {
    let eks = subject.eks();
    if eks.addons.contains_key(POD_IDENTITY_AGENT) {
        return;
    }
    let addons = subject.path("eks.addons", "addons");
    let with_policies = eks.addons.iter().find(|(_, addon)| addon.has_role());
    let path = match with_policies {
        Some(_) => addons,
        None if eks.pod_identities.is_empty() => return,
        None => {
            let path = subject.path("eks.podIdentities", "iam.podIdentityAssociations");
            if subject.is_given(&path) { path } else { of_addon(subject).unwrap_or(path) }
        }
    };
    subject.fault_at_key(
        &path,
        Fault::new(
            "no-pod-identity-agent",
            format!("pods get roles only through the addon {POD_IDENTITY_AGENT}"),
            "there are roles for pods here",
        )
        .hint(format!("add `{POD_IDENTITY_AGENT}: {{}}` to the addons")),
    );
}

/// The addon that brings along the first pod identity.
fn of_addon(subject: &Subject<'_>) -> Option<String> {
    let mut enabled = subject.addon_schemas().iter().filter(|(_, one)| one.identity.is_some());
    let (name, _) = enabled.find(|(name, _)| subject.cluster.enables(name))?;
    Some(format!("spec.addons.{name}"))
}

pub(super) fn entries_once(subject: &Subject<'_>) {
    let path = subject.path("eks.accessEntries", "accessConfig.accessEntries");
    if !subject.is_sound(&path) {
        return;
    }
    let entries = &subject.eks().access_entries;
    for (index, entry) in entries.iter().enumerate() {
        let same = |other: &&crate::AccessEntry| other.principal == entry.principal;
        if let Some(first) = entries[..index].iter().position(|other| same(&other)) {
            let message = format!("two entries for {}", entry.principal);
            let fault = Fault::new("duplicate-entry", message, "the second one")
                .related(subject.place(&format!("{path}[{first}]")), "the first one");
            subject.fault(&format!("{path}[{index}]"), fault);
        }
    }
}
