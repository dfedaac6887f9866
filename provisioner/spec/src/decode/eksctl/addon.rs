use super::rest::not_converted;
use crate::{
    decode::{
        Report,
        cursor::Cursor,
        eks::{addon_version, default_addons, eks_name, policy_arn, role_arn},
        fields::Fields,
    },
    diagnostic::Fault,
    model::{AddonVersion, EksAddon},
    yaml,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const REST: [&str; 11] = [
    "attachPolicy",
    "namespaceConfig",
    "owners",
    "permissionsBoundary",
    "podIdentityAssociations",
    "publishers",
    "resolveConflicts",
    "tags",
    "types",
    "useDefaultPodIdentityAssociations",
    "wellKnownPolicies",
];

/// The addons of the file, with those that eksctl adds by itself.
pub(super) fn addons(
    fields: &Fields<'_, '_>,
    with_pod_identity: bool,
) -> BTreeMap<String, EksAddon> {
    let given: BTreeMap<_, _> = fields
        .optional("addons", |at| Some(at.list(addon)))
        .unwrap_or_default()
        .into_iter()
        .collect();
    let no_defaults = fields.section("addonsConfig", |at| {
        at.map(|fields| {
            let instead = "policies that are named get a pod identity";
            not_converted(fields, &["autoApplyPodIdentityAssociations"], instead);
            fields.optional("disableDefaultAddons", Cursor::boolean).unwrap_or(false)
        })
    });
    let needs_agent = with_pod_identity || given.values().any(|addon| !addon.policies.is_empty());
    let mut addons = if no_defaults { BTreeMap::new() } else { default_addons(needs_agent) };
    addons.extend(given);
    addons
}

fn addon(at: &Cursor<'_>) -> Option<(String, EksAddon)> {
    at.map(|fields| {
        let name = fields.required("name", eks_name);
        let addon = EksAddon {
            version: fields.optional("version", addon_version).unwrap_or(AddonVersion::Default),
            policies: fields
                .optional("attachPolicyARNs", |at| Some(at.list(policy_arn)))
                .unwrap_or_default(),
            service_account_role: fields.optional("serviceAccountRoleARN", role_arn),
            configuration: fields
                .optional("configurationValues", configuration)
                .unwrap_or_default(),
        };
        not_converted(fields, &REST, "left out");
        Some((name?, addon))
    })
}

/// Settings, which the file has as a text of JSON or YAML.
fn configuration(at: &Cursor<'_>) -> Option<Map<String, Value>> {
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
                "`configurationValues` must be a map, as a text of JSON or YAML",
                "this is none",
            ));
            None
        }
    }
}
