use super::{
    iam::pod_identity,
    permissions::{ATTACHED, Names, Permissions},
    rest::{Rest, not_converted, warn},
};
use crate::{
    decode::{
        Report,
        cursor::Cursor,
        eks::{addon_version, eks_name, policy_arn, role_arn, tags},
    },
    diagnostic::Fault,
    model::{AddonVersion, EksAddon, PodIdentity, ResolveConflicts},
    yaml,
};
use serde_json::{Map, Value};

const SEARCHED: &str = "it is known by its name alone";
const REST: [Rest; 4] = [
    ("namespaceConfig", "it is installed into the namespace that EKS has for it"),
    ("owners", SEARCHED),
    ("publishers", SEARCHED),
    ("types", SEARCHED),
];
const CONFLICTS: [(&str, Option<ResolveConflicts>); 6] = [
    ("none", None),
    ("NONE", None),
    ("overwrite", Some(ResolveConflicts::Overwrite)),
    ("OVERWRITE", Some(ResolveConflicts::Overwrite)),
    ("preserve", Some(ResolveConflicts::Preserve)),
    ("PRESERVE", Some(ResolveConflicts::Preserve)),
];

/// An addon of the file.
pub(super) struct Given<'a> {
    pub(super) at: Cursor<'a>,
    pub(super) name: String,
    pub(super) addon: EksAddon,
    pub(super) pod_identities: Vec<PodIdentity>,
    /// Whether it is to have the policies that AWS recommends.
    pub(super) wants_recommended: bool,
}

pub(super) fn addon<'a>(at: &Cursor<'a>, names: Names<'_>) -> Option<Given<'a>> {
    at.map(|fields| {
        let name = fields.required("name", eks_name);
        let Permissions { policies, policy } = Permissions::read(fields, ATTACHED, names);
        let addon = EksAddon {
            version: fields.optional("version", addon_version).unwrap_or(AddonVersion::Default),
            policies,
            policy,
            permissions_boundary: fields.optional("permissionsBoundary", policy_arn),
            service_account_role: fields.optional("serviceAccountRoleARN", role_arn),
            configuration: fields
                .optional("configurationValues", |at| map_in_text(at, "configurationValues"))
                .unwrap_or_default(),
            resolve_conflicts: fields
                .optional("resolveConflicts", resolve_conflicts)
                .unwrap_or_default(),
            tags: fields.section("tags", tags),
        };
        let wants_recommended =
            fields.optional("useDefaultPodIdentityAssociations", Cursor::boolean) == Some(true);
        let pod_identities = fields
            .optional("podIdentityAssociations", |at| Some(at.list(|at| pod_identity(at, names))))
            .unwrap_or_default();
        not_converted(fields, &REST);
        Some(Given { at: at.clone(), name: name?, addon, pod_identities, wants_recommended })
    })
}

/// At first EKS's own settings hold, here as there.
fn resolve_conflicts(at: &Cursor<'_>) -> Option<ResolveConflicts> {
    let wish = at.choice(&CONFLICTS)?;
    if wish.is_none() {
        warn(at, "resolveConflicts: none", "`preserve`: what was changed in the cluster stays");
    }
    wish
}

/// Settings or a policy, which the file has as a text of JSON or YAML.
pub(super) fn map_in_text(at: &Cursor<'_>, what: &str) -> Option<Map<String, Value>> {
    let text = at.lines()?;
    let (root, faults) = yaml::read(&text);
    let report = Report::new(at.report.known().clone());
    match root.filter(|_| faults.is_empty()) {
        Some(root) if Cursor::root(&root, &report).is_map() => {
            Some(Cursor::root(&root, &report).json_map())
        }
        _ => {
            at.fault(Fault::new(
                "not-a-map",
                format!("`{what}` must be a map, as a text of JSON or YAML"),
                "this is none",
            ));
            None
        }
    }
}
