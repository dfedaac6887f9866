use super::rest::warn;
use crate::{
    decode::{
        cursor::Cursor,
        eks::{access_policy_name, principal_arn},
    },
    model::{AccessEntry, AccessEntryType, AccessPolicy, AuthenticationMode},
};

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
