use super::{policy_arn, principal_arn, role, role_arn, subject_pattern, tags};
use crate::{
    decode::cursor::Cursor,
    diagnostic::Fault,
    model::{
        AccessEntry, AccessEntryType, AccessPolicy, IamRole, PodIdentity, Roles, ServiceAccount,
    },
    syntax,
};
use serde_json::{Map, Value};

pub(super) fn roles(at: &Cursor<'_>) -> Roles {
    at.map(|fields| Roles {
        cluster: fields.optional("cluster", role).unwrap_or(IamRole::Create),
        node: fields.optional("node", role).unwrap_or(IamRole::Create),
        node_policies: fields.optional("nodePolicies", |at| Some(policies(at))).unwrap_or_default(),
        node_policy: fields.section("nodePolicy", policy_document),
        permissions_boundary: fields.optional("permissionsBoundary", policy_arn),
    })
}

pub(super) fn policies(at: &Cursor<'_>) -> Vec<String> {
    at.list(policy_arn)
}

fn object_name(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-name", "name", syntax::domain)
}

pub(in crate::decode) fn role_name(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-name", "name of a role", syntax::role_name)
}

pub(super) fn service_account(at: &Cursor<'_>) -> Option<ServiceAccount> {
    at.map(|fields| {
        let namespace = fields.required("namespace", object_name);
        let name = fields.required("name", object_name);
        let subject_pattern = fields.optional("subjectPattern", subject_pattern);
        let policies = fields.optional("policies", |at| Some(policies(at))).unwrap_or_default();
        let policy = fields.section("policy", policy_document);
        if policies.is_empty() && policy.is_empty() {
            let message = "a role needs `policies`, or a `policy`";
            at.fault_at_key(Fault::new("service-account", message, "this has neither"));
        }
        let role_name = fields.optional("roleName", role_name);
        let permissions_boundary = fields.optional("permissionsBoundary", policy_arn);
        let tags = fields.section("tags", tags);
        Some(ServiceAccount {
            namespace: namespace?,
            name: name?,
            subject_pattern,
            policies,
            policy,
            role_name,
            permissions_boundary,
            tags,
        })
    })
}

pub(super) fn pod_identity(at: &Cursor<'_>) -> Option<PodIdentity> {
    let identity = at.map(|fields| {
        let namespace = fields.required("namespace", object_name);
        let service_account = fields.required("serviceAccount", object_name);
        let role = fields.optional("role", role).unwrap_or(IamRole::Create);
        let policies = fields.optional("policies", |at| Some(policies(at))).unwrap_or_default();
        let policy = fields.section("policy", policy_document);
        let role_name = fields.optional("roleName", role_name);
        let permissions_boundary = fields.optional("permissionsBoundary", policy_arn);
        let target_role = fields.optional("targetRole", role_arn);
        let session_tags = fields.optional("sessionTags", Cursor::boolean).unwrap_or(true);
        let session_policy = fields.section("sessionPolicy", policy_document);
        let tags = fields.section("tags", tags);
        Some(PodIdentity {
            namespace: namespace?,
            service_account: service_account?,
            role,
            policies,
            policy,
            role_name,
            permissions_boundary,
            target_role,
            session_tags,
            session_policy,
            tags,
        })
    })?;
    let says_nothing = identity.policies.is_empty() && identity.policy.is_empty();
    let of_a_new_role = identity.role_name.is_some() || identity.permissions_boundary.is_some();
    if identity.role != IamRole::Create && of_a_new_role {
        let message = "`roleName` and `permissionsBoundary` are of a role that is made";
        at.fault_at_key(Fault::new("pod-identity", message, "`role` names one that exists"));
    }
    session(at, &identity);
    if (identity.role == IamRole::Create) == says_nothing {
        let reason = match identity.role {
            IamRole::Create => "a role that is made needs `policies`, or a `policy`",
            IamRole::Arn(_) => "a role that exists is left as it is",
        };
        at.fault_at_key(Fault::new("pod-identity", "either `role` or `policies`", reason));
    }
    Some(identity)
}

/// AWS has no room for both.
pub(in crate::decode) fn session(at: &Cursor<'_>, identity: &PodIdentity) {
    if identity.session_tags && !identity.session_policy.is_empty() {
        let message = "a policy for sessions goes without tags of sessions";
        let fault = Fault::new("pod-identity", message, "EKS adds its tags to these sessions");
        at.fault_at_key(fault.hint("`sessionTags: false`; in eksctl's file, `disableSessionTags`"));
    }
}

/// A policy document; IAM knows what may stand in its statements.
pub(in crate::decode) fn policy_document(at: &Cursor<'_>) -> Map<String, Value> {
    let document = at.json_map();
    if !document.is_empty() && !document.contains_key("Statement") {
        at.fault_at_key(
            Fault::new("policy-document", "this is no policy document", "it has no `Statement`")
                .hint("such as `Statement: [{Effect: Allow, Action: ..., Resource: ...}]`"),
        );
    }
    document
}

pub(super) fn access_entry(at: &Cursor<'_>) -> Option<AccessEntry> {
    let kinds = [AccessEntryType::Standard, AccessEntryType::Ec2Linux, AccessEntryType::Ec2Windows]
        .map(|kind| (kind.as_str(), kind));
    at.map(|fields| {
        let principal = fields.required("principal", principal_arn);
        Some(AccessEntry {
            kind: fields
                .optional("type", |at| at.choice(&kinds))
                .unwrap_or(AccessEntryType::Standard),
            username: fields.optional("username", Cursor::text),
            groups: fields.optional("groups", |at| Some(at.list(Cursor::text))).unwrap_or_default(),
            policies: fields
                .optional("policies", |at| Some(at.list(access_policy)))
                .unwrap_or_default(),
            principal: principal?,
        })
    })
}

fn access_policy(at: &Cursor<'_>) -> Option<AccessPolicy> {
    at.map(|fields| {
        let policy = fields.required("policy", access_policy_name);
        let namespaces =
            fields.optional("namespaces", |at| Some(at.list(object_name))).unwrap_or_default();
        Some(AccessPolicy { policy: policy?, namespaces })
    })
}

/// A name, or the ARN that ends with it: the name alone is kept.
pub(in crate::decode) fn access_policy_name(at: &Cursor<'_>) -> Option<String> {
    let text = at.text()?;
    let name = match text.split_once(":cluster-access-policy/") {
        Some((beginning, name)) if beginning.starts_with("arn:") => name.to_owned(),
        _ => text,
    };
    let is_name = name.len() > 6 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_name {
        at.fault(
            Fault::new("invalid-policy", "invalid access policy", "no access policy of EKS")
                .hint("such as `AmazonEKSClusterAdminPolicy`, `AmazonEKSEditPolicy`"),
        );
    }
    is_name.then_some(name)
}
