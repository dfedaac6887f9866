use super::{
    rest::{not_converted, warn},
    well_known::{Allowed, OpenIdentity, well_known},
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{policy_arn, policy_document, role_arn},
    },
    model::{IamRole, PodIdentity, ServiceAccount},
    syntax,
};

const REST: [&str; 1] = ["fargatePodExecutionRolePermissionsBoundary"];
const REST_OF_SERVICE_ACCOUNT: [&str; 7] = [
    "attachPolicy",
    "attachRoleARN",
    "permissionsBoundary",
    "status",
    "subjectPattern",
    "tags",
    "wellKnownPolicies",
];
const REST_OF_POD_IDENTITY: [&str; 7] = [
    "createServiceAccount",
    "disableSessionTags",
    "permissionPolicyName",
    "permissionsBoundaryARN",
    "policy",
    "tags",
    "targetRoleARN",
];

pub(super) struct Iam {
    pub(super) cluster_role: IamRole,
    pub(super) permissions_boundary: Option<String>,
    pub(super) oidc_provider: bool,
    pub(super) service_accounts: Vec<ServiceAccount>,
    pub(super) pod_identities: Vec<OpenIdentity>,
    pub(super) fargate_role: IamRole,
}

pub(super) fn iam(at: &Cursor<'_>) -> Iam {
    at.map(|fields| {
        let iam = Iam {
            cluster_role: fields
                .optional("serviceRoleARN", role_arn)
                .map_or(IamRole::Create, IamRole::Arn),
            permissions_boundary: fields.optional("serviceRolePermissionsBoundary", policy_arn),
            oidc_provider: fields.optional("withOIDC", Cursor::boolean).unwrap_or(false),
            service_accounts: fields
                .optional("serviceAccounts", |at| Some(at.list(service_account)))
                .unwrap_or_default(),
            pod_identities: fields
                .optional("podIdentityAssociations", |at| Some(at.list(pod_identity)))
                .unwrap_or_default(),
            fargate_role: fields
                .optional("fargatePodExecutionRoleARN", role_arn)
                .map_or(IamRole::Create, IamRole::Arn),
        };
        fields.optional("vpcResourceControllerPolicy", |at| {
            if at.boolean() == Some(false) {
                warn(at, "vpcResourceControllerPolicy", "the role that is made has this policy");
            }
            Some(())
        });
        not_converted(fields, &REST, "left out");
        iam
    })
}

fn service_account(at: &Cursor<'_>) -> Option<ServiceAccount> {
    at.map(|fields| {
        let metadata = fields.required("metadata", |at| Some(object(at)));
        let policies =
            fields.optional("attachPolicyARNs", |at| Some(at.list(policy_arn))).unwrap_or_default();
        let role_name = fields.optional("roleName", |at| {
            at.valid("invalid-name", "name of a role", syntax::role_name)
        });
        // The service account itself comes with the workload that uses it.
        fields.optional("roleOnly", Cursor::boolean);
        not_converted(fields, &REST_OF_SERVICE_ACCOUNT, "left out");
        if policies.is_empty() {
            warn(at, "serviceAccounts", "one without `attachPolicyARNs` gets no role");
            return None;
        }
        let (namespace, name) = metadata?;
        Some(ServiceAccount { namespace, name, policies, role_name })
    })
}

/// Namespace and name.
fn object(at: &Cursor<'_>) -> (String, String) {
    let valid = |at: &Cursor<'_>| at.valid("invalid-name", "name", syntax::domain);
    at.map(|fields| {
        let namespace = fields.optional("namespace", valid).unwrap_or_else(|| "default".to_owned());
        let name = fields.required("name", valid).unwrap_or_default();
        not_converted(fields, &["annotations", "labels"], "left out");
        (namespace, name)
    })
}

fn pod_identity(at: &Cursor<'_>) -> Option<OpenIdentity> {
    let valid = |at: &Cursor<'_>| at.valid("invalid-name", "name", syntax::domain);
    at.map(|fields| {
        let namespace = fields.required("namespace", valid);
        let service_account = fields.required("serviceAccountName", valid);
        let role = fields.optional("roleARN", role_arn).map_or(IamRole::Create, IamRole::Arn);
        let policies = fields
            .optional("permissionPolicyARNs", |at| Some(at.list(policy_arn)))
            .unwrap_or_default();
        let policy = fields.section("permissionPolicy", policy_document);
        let allowed = fields.section("wellKnownPolicies", well_known);
        not_converted(fields, &["roleName"], "roles have names of their own");
        not_converted(fields, &REST_OF_POD_IDENTITY, "left out");
        let says_nothing = policies.is_empty() && policy.is_empty() && allowed.is_empty();
        if role == IamRole::Create && says_nothing {
            let instead = "one without `roleARN` and policies gets no role";
            warn(at, "podIdentityAssociations", instead);
            return None;
        }
        let (namespace, service_account) = (namespace?, service_account?);
        if role != IamRole::Create {
            if !says_nothing {
                let instead = "the role that it names has its own";
                warn(at, "policies of podIdentityAssociations", instead);
            }
            let (policies, policy) = Default::default();
            let identity = PodIdentity { namespace, service_account, role, policies, policy };
            return Some(OpenIdentity { identity, allowed: Allowed::default() });
        }
        let identity = PodIdentity { namespace, service_account, role, policies, policy };
        Some(OpenIdentity { identity, allowed })
    })
}
