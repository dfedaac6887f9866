//! The addons of the file, with those that eksctl adds by itself, and the roles that it makes for them.

use super::{
    addon::{Given, addon},
    iam::Iam,
    permissions::Names,
    rest::warn,
    well_known::of_aws,
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{POD_IDENTITY_AGENT, default_addons},
        fields::Fields,
    },
    model::{EksAddon, PodIdentity},
};
use std::collections::BTreeMap;

/// What AWS recommends for addons that use it (as `DescribeAddonConfiguration` tells).
const RECOMMENDED: [(&str, &[&str]); 4] = [
    ("amazon-cloudwatch-observability", &["CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess"]),
    ("aws-ebs-csi-driver", &["service-role/AmazonEBSCSIDriverPolicy"]),
    ("aws-efs-csi-driver", &["service-role/AmazonEFSCSIDriverPolicy"]),
    ("vpc-cni", &["AmazonEKS_CNI_Policy"]),
];
/// Those that eksctl gives a role unasked where there is an OIDC provider; the nodes' role has what vpc-cni needs.
const UNASKED: [&str; 2] = ["aws-ebs-csi-driver", "aws-efs-csi-driver"];
/// Those that use nothing of AWS.
const WITHOUT_ROLE: [&str; 4] =
    ["coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server"];

#[derive(Default)]
struct Defaults {
    none: bool,
    recommended: bool,
}

/// Reads them, and adds the pod identities of theirs to those of the file.
pub(super) fn addons(
    fields: &Fields<'_, '_>,
    iam: &mut Iam,
    names: Names<'_>,
) -> BTreeMap<String, EksAddon> {
    let defaults = fields.section("addonsConfig", defaults);
    let mut given =
        fields.optional("addons", |at| Some(at.list(|at| addon(at, names)))).unwrap_or_default();
    for one in &mut given {
        add_identities(one, &mut iam.pod_identities);
    }
    for one in &mut given {
        one.wants_recommended |= defaults.recommended;
        give_role(one, iam, names);
    }
    let needs_agent =
        !iam.pod_identities.is_empty() || given.iter().any(|one| one.addon.has_role());
    let mut addons = default_addons(needs_agent);
    addons.retain(|name, _| !defaults.none || name == POD_IDENTITY_AGENT);
    addons.extend(given.into_iter().map(|one| (one.name, one.addon)));
    addons
}

fn defaults(at: &Cursor<'_>) -> Defaults {
    let is_on = |fields: &Fields<'_, '_>, key| fields.optional(key, Cursor::boolean) == Some(true);
    at.map(|fields| Defaults {
        none: is_on(fields, "disableDefaultAddons"),
        recommended: is_on(fields, "autoApplyPodIdentityAssociations"),
    })
}

fn add_identities(given: &mut Given<'_>, all: &mut Vec<PodIdentity>) {
    for one in std::mem::take(&mut given.pod_identities) {
        let is_it = |other: &PodIdentity| {
            (&other.namespace, &other.service_account) == (&one.namespace, &one.service_account)
        };
        if all.iter().any(is_it) {
            warn(&given.at, "podIdentityAssociations", "its service account has one already");
        } else {
            all.push(one);
        }
    }
}

/// Looks whether it can be given its policies, and gives it those that are recommended where it has none.
fn give_role(given: &mut Given<'_>, iam: &Iam, names: Names<'_>) {
    let Given { at, name, addon, wants_recommended, .. } = given;
    let account = EksAddon::service_account(name);
    let has_identity = account.is_some_and(|account| {
        let mut all = iam.pod_identities.iter();
        all.any(|one| one.service_account == account)
    });
    if addon.has_role() {
        let instead = match account {
            None => "its service account is not known here: say `podIdentityAssociations`",
            Some(_) if has_identity => "its service account has a pod identity already",
            Some(_) => return,
        };
        warn(at, "policies of the addon", instead);
        (addon.policies, addon.policy) = Default::default();
        return;
    }
    let wants = *wants_recommended || (iam.oidc_provider && UNASKED.contains(&name.as_str()));
    if !wants || has_identity || addon.service_account_role.is_some() {
        return;
    }
    match RECOMMENDED.iter().find(|(one, _)| one == name) {
        Some((_, policies)) => {
            addon.policies = policies.iter().map(|one| of_aws(one, names)).collect();
        }
        None if WITHOUT_ROLE.contains(&name.as_str()) => {}
        None => {
            let instead = "what AWS recommends for it is not known here: name its policies";
            warn(at, "recommended policies of the addon", instead);
        }
    }
}
