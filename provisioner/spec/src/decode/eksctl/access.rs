use super::rest::{Rest, not_converted, warn};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{access_policy_name, principal_arn},
        fields::Fields,
    },
    diagnostic::{Fault, shown},
    model::{AccessEntry, AccessEntryType, AccessPolicy, AuthenticationMode},
};

/// The policy of EKS that stands for the group.
const MASTERS: (&str, &str) = ("system:masters", "AmazonEKSClusterAdminPolicy");
/// The groups by which nodes are known, and those with Windows among them.
const NODES: &str = "system:nodes";
const WINDOWS: &str = "eks:kube-proxy-windows";
const OF_SERVICE: &str = "AWS's services get access entries by themselves";
const REST_OF_MAPPING: [Rest; 3] = [
    ("account", "an access entry is for one user or role"),
    ("namespace", OF_SERVICE),
    ("serviceName", OF_SERVICE),
];
/// What access entries have no groups and names under.
const RESERVED: [&str; 5] = ["system:", "eks:", "aws:", "amazon:", "iam:"];

pub(super) struct Access {
    pub(super) mode: AuthenticationMode,
    pub(super) creator_is_admin: bool,
    pub(super) entries: Vec<AccessEntry>,
}

pub(super) fn access(at: &Cursor<'_>) -> Access {
    let modes = [
        ("API", Some(AuthenticationMode::Api)),
        ("API_AND_CONFIG_MAP", Some(AuthenticationMode::ApiAndConfigMap)),
        ("CONFIG_MAP", None),
    ];
    at.map(|fields| Access {
        mode: fields
            .optional("authenticationMode", |at| {
                let mode = at.choice(&modes)?;
                if mode.is_none() {
                    warn(at, "CONFIG_MAP", "API_AND_CONFIG_MAP: AWS has deprecated the other");
                }
                mode
            })
            .unwrap_or(AuthenticationMode::ApiAndConfigMap),
        creator_is_admin: fields
            .optional("bootstrapClusterCreatorAdminPermissions", Cursor::boolean)
            .unwrap_or(true),
        entries: fields.optional("accessEntries", |at| Some(at.list(entry))).unwrap_or_default(),
    })
}

fn entry(at: &Cursor<'_>) -> Option<AccessEntry> {
    let kinds = [AccessEntryType::Standard, AccessEntryType::Ec2Linux, AccessEntryType::Ec2Windows]
        .map(|kind| (kind.as_str(), kind));
    at.map(|fields| {
        let principal = fields.required("principalARN", principal_arn);
        Some(AccessEntry {
            kind: fields
                .optional("type", |at| at.choice(&kinds))
                .unwrap_or(AccessEntryType::Standard),
            username: fields.optional("kubernetesUsername", Cursor::text),
            groups: fields
                .optional("kubernetesGroups", |at| Some(at.list(Cursor::text)))
                .unwrap_or_default(),
            policies: fields
                .optional("accessPolicies", |at| Some(at.list(policy)))
                .unwrap_or_default(),
            principal: principal?,
        })
    })
}

fn policy(at: &Cursor<'_>) -> Option<AccessPolicy> {
    at.map(|fields| {
        let policy = fields.required("policyARN", access_policy_name);
        let namespaces = fields.section("accessScope", |at| {
            at.map(|fields| {
                let kinds = [("cluster", false), ("namespace", true)];
                let scoped = fields.optional("type", |at| at.choice(&kinds)).unwrap_or(false);
                let names = fields.optional("namespaces", |at| Some(at.list(Cursor::text)));
                names.filter(|_| scoped).unwrap_or_default()
            })
        });
        Some(AccessPolicy { policy: policy?, namespaces })
    })
}

/// The entries, with those that the mappings of the `ConfigMap` aws-auth come to.
pub(super) fn identity_mappings(
    fields: &Fields<'_, '_>,
    entries: Vec<AccessEntry>,
) -> Vec<AccessEntry> {
    let add = |mut entries: Vec<AccessEntry>, (at, mapped): (Cursor<'_>, AccessEntry)| {
        if entries.iter().any(|one| one.principal == mapped.principal) {
            warn(&at, "iamIdentityMappings", "there is an entry for that user or role already");
        } else {
            entries.push(mapped);
        }
        entries
    };
    let mapped = fields.optional("iamIdentityMappings", |at| {
        Some(at.list(|at| mapping(at).map(|mapped| (at.clone(), mapped))))
    });
    mapped.unwrap_or_default().into_iter().fold(entries, add)
}

fn mapping(at: &Cursor<'_>) -> Option<AccessEntry> {
    at.map(|fields| {
        not_converted(fields, &REST_OF_MAPPING);
        // There is one entry for each.
        fields.optional("noDuplicateARNs", Cursor::boolean);
        let username = fields.optional("username", Cursor::text);
        let groups = fields.optional("groups", |at| Some(at.list(Cursor::text)));
        let principal = fields.optional("arn", principal_arn)?;
        let groups = groups.unwrap_or_default();
        if groups.iter().any(|group| group == NODES) {
            return Some(of_nodes(principal, &groups));
        }
        let (masters, groups): (Vec<_>, _) = groups.into_iter().partition(|one| one == MASTERS.0);
        let policy = |_| AccessPolicy { policy: MASTERS.1.to_owned(), namespaces: Vec::new() };
        Some(AccessEntry {
            principal,
            kind: AccessEntryType::Standard,
            username: username.filter(|name| is_free(at, name)),
            groups: groups.into_iter().filter(|group| is_free(at, group)).collect(),
            policies: masters.first().map(policy).into_iter().collect(),
        })
    })
}

fn of_nodes(principal: String, groups: &[String]) -> AccessEntry {
    let windows = groups.iter().any(|group| group == WINDOWS);
    let kind = if windows { AccessEntryType::Ec2Windows } else { AccessEntryType::Ec2Linux };
    AccessEntry { principal, kind, username: None, groups: Vec::new(), policies: Vec::new() }
}

/// Whether an access entry can have it.
fn is_free(at: &Cursor<'_>, name: &str) -> bool {
    let reserved = RESERVED.iter().find(|one| name.starts_with(*one));
    if let Some(beginning) = reserved {
        let instead = format!("access entries have nothing that begins with `{beginning}`");
        at.warn(Fault::not_converted(format!("`{}`", shown(name)), &instead));
    }
    reserved.is_none()
}
