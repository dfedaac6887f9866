use super::{
    identity::{policies, policy_document},
    policy_arn, role_arn, tags,
};
use crate::{
    decode::{cursor::Cursor, fields::Fields},
    diagnostic::{Fault, shown},
    model::{AddonVersion, EksAddon, ResolveConflicts},
    syntax,
};
use std::collections::BTreeMap;

/// What nodes need to be ready, and pods to find each other.
const DEFAULT: [&str; 3] = ["coredns", "kube-proxy", "vpc-cni"];
const RESOLVE_CONFLICTS: [(&str, ResolveConflicts); 2] =
    [("preserve", ResolveConflicts::Preserve), ("overwrite", ResolveConflicts::Overwrite)];
/// What pod identities need on every node.
pub(in crate::decode) const POD_IDENTITY_AGENT: &str = "eks-pod-identity-agent";

pub(in crate::decode) fn default_addons(with_pod_identity: bool) -> BTreeMap<String, EksAddon> {
    let agent = with_pod_identity.then_some(POD_IDENTITY_AGENT);
    let names = DEFAULT.into_iter().chain(agent);
    names.map(|name| (name.to_owned(), EksAddon::default())).collect()
}

pub(super) fn addon_map(at: &Cursor<'_>) -> BTreeMap<String, EksAddon> {
    let mut addons = BTreeMap::new();
    for (name, value) in at.entries() {
        if let Err(invalid) = syntax::eks_name(name) {
            let message = format!("invalid addon `{}`", shown(name));
            let fault = Fault::new("invalid-name", message, invalid.reason);
            value.fault_at_key(Fault { hint: invalid.hint, ..fault });
            continue;
        }
        addons.insert(name.to_owned(), value.map(addon));
    }
    addons
}

fn addon(fields: &Fields<'_, '_>) -> EksAddon {
    EksAddon {
        version: fields.optional("version", addon_version).unwrap_or(AddonVersion::Default),
        policies: fields.optional("policies", |at| Some(policies(at))).unwrap_or_default(),
        policy: fields.section("policy", policy_document),
        permissions_boundary: fields.optional("permissionsBoundary", policy_arn),
        service_account_role: fields.optional("serviceAccountRole", role_arn),
        configuration: fields.section("configuration", Cursor::json_map),
        resolve_conflicts: fields
            .optional("resolveConflicts", |at| at.choice(&RESOLVE_CONFLICTS))
            .unwrap_or_default(),
        tags: fields.section("tags", tags),
    }
}

pub(in crate::decode) fn addon_version(at: &Cursor<'_>) -> Option<AddonVersion> {
    match at.text()?.as_str() {
        "default" => Some(AddonVersion::Default),
        "latest" => Some(AddonVersion::Latest),
        _ => at
            .valid("invalid-version", "version of an addon", syntax::addon_version)
            .map(AddonVersion::Exact),
    }
}
