use super::{
    addon::map_in_text,
    permissions::{ATTACHED, Names, Permissions},
    rest::{Rest, not_converted, warn},
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{policy_arn, role_arn, role_name, session, tags},
        fields::Fields,
    },
    model::{IamRole, PodIdentity, ServiceAccount},
    syntax,
};

const OF_THE_WORKLOAD: &str = "the service account comes with what runs under it";
const REST_OF_SERVICE_ACCOUNT: [Rest; 1] = [(
    "attachRoleARN",
    "a role that exists is left as it is: annotate the service account with it",
)];
const REST_OF_POD_IDENTITY: [Rest; 2] = [
    ("createServiceAccount", OF_THE_WORKLOAD),
    ("permissionPolicyName", "the document is called `provisioner`"),
];
const OF_PERMISSIONS: [&str; 2] = ["permissionPolicyARNs", "permissionPolicy"];

pub(super) struct Iam {
    pub(super) cluster_role: IamRole,
    pub(super) permissions_boundary: Option<String>,
    pub(super) oidc_provider: bool,
    pub(super) service_accounts: Vec<ServiceAccount>,
    pub(super) pod_identities: Vec<PodIdentity>,
    pub(super) fargate_role: IamRole,
}

pub(super) fn iam(at: &Cursor<'_>, names: Names<'_>) -> Iam {
    at.map(|fields| {
        let boundary = fields.optional("serviceRolePermissionsBoundary", policy_arn);
        let iam = Iam {
            cluster_role: fields
                .optional("serviceRoleARN", role_arn)
                .map_or(IamRole::Create, IamRole::Arn),
            oidc_provider: fields.optional("withOIDC", Cursor::boolean).unwrap_or(false),
            service_accounts: fields
                .optional("serviceAccounts", |at| Some(at.list(|at| service_account(at, names))))
                .unwrap_or_default(),
            pod_identities: fields
                .optional("podIdentityAssociations", |at| {
                    Some(at.list(|at| pod_identity(at, names)))
                })
                .unwrap_or_default(),
            fargate_role: fields
                .optional("fargatePodExecutionRoleARN", role_arn)
                .map_or(IamRole::Create, IamRole::Arn),
            permissions_boundary: boundary,
        };
        fields.optional("vpcResourceControllerPolicy", |at| {
            if at.boolean() == Some(false) {
                warn(at, "vpcResourceControllerPolicy", "the role that is made has this policy");
            }
            Some(())
        });
        let key = "fargatePodExecutionRolePermissionsBoundary";
        shared_boundary(fields, key, iam.permissions_boundary.as_ref());
        iam
    })
}

/// The boundary of a role that has that of all roles.
pub(super) fn shared_boundary(fields: &Fields<'_, '_>, key: &'static str, all: Option<&String>) {
    fields.optional(key, |at| {
        let own = policy_arn(at)?;
        match all {
            Some(all) if *all == own => {}
            Some(_) => warn(at, key, "`iam.serviceRolePermissionsBoundary`, as of all roles"),
            None => {
                let instead = "none: `iam.serviceRolePermissionsBoundary` is that of all roles";
                warn(at, key, instead);
            }
        }
        Some(())
    });
}

fn service_account(at: &Cursor<'_>, names: Names<'_>) -> Option<ServiceAccount> {
    at.map(|fields| {
        let metadata = fields.required("metadata", |at| Some(object(at)));
        let Permissions { policies, policy } = Permissions::read(fields, ATTACHED, names);
        let role_name = fields.optional("roleName", role_name);
        let permissions_boundary = fields.optional("permissionsBoundary", policy_arn);
        let pattern = fields.optional("subjectPattern", Cursor::text);
        let tags = fields.section("tags", tags);
        // What eksctl has found out itself.
        fields.get("status");
        let role_only = fields.optional("roleOnly", Cursor::boolean) == Some(true);
        let refers = fields.has("attachRoleARN");
        not_converted(fields, &REST_OF_SERVICE_ACCOUNT);
        if policies.is_empty() && policy.is_empty() {
            if !refers {
                warn(at, "serviceAccounts", "one without policies gets no role");
            }
            return None;
        }
        if !role_only {
            let instead = "its role alone is made: the service account comes with what runs \
                under it, annotated with `eks.amazonaws.com/role-arn`";
            warn(at, "serviceAccounts", instead);
        }
        let (namespace, name) = metadata?;
        // It stands for the name alone.
        let subject_pattern =
            pattern.map(|names| format!("system:serviceaccount:{namespace}:{names}"));
        Some(ServiceAccount {
            namespace,
            name,
            subject_pattern,
            policies,
            policy,
            role_name,
            permissions_boundary,
            tags,
        })
    })
}

/// Namespace and name.
fn object(at: &Cursor<'_>) -> (String, String) {
    let valid = |at: &Cursor<'_>| at.valid("invalid-name", "name", syntax::domain);
    at.map(|fields| {
        let namespace = fields.optional("namespace", valid).unwrap_or_else(|| "default".to_owned());
        let name = fields.required("name", valid).unwrap_or_default();
        let rest = [("annotations", OF_THE_WORKLOAD), ("labels", OF_THE_WORKLOAD)];
        not_converted(fields, &rest);
        (namespace, name)
    })
}

/// Of the cluster, and of an addon.
pub(super) fn pod_identity(at: &Cursor<'_>, names: Names<'_>) -> Option<PodIdentity> {
    let valid = |at: &Cursor<'_>| at.valid("invalid-name", "name", syntax::domain);
    at.map(|fields| {
        let namespace = fields.required("namespace", valid);
        let service_account = fields.required("serviceAccountName", valid);
        let role = fields.optional("roleARN", role_arn).map_or(IamRole::Create, IamRole::Arn);
        let allowed = Permissions::read(fields, OF_PERMISSIONS, names);
        let role_name = fields.optional("roleName", role_name);
        let permissions_boundary = fields.optional("permissionsBoundaryARN", policy_arn);
        let target_role = fields.optional("targetRoleARN", role_arn);
        let tagless = fields.optional("disableSessionTags", Cursor::boolean) == Some(true);
        let session_policy =
            fields.optional("policy", |at| map_in_text(at, "policy")).unwrap_or_default();
        let tags = fields.section("tags", tags);
        not_converted(fields, &REST_OF_POD_IDENTITY);
        let makes = role == IamRole::Create;
        if makes && allowed.is_empty() {
            let instead = "one without `roleARN` and policies gets no role";
            warn(at, "podIdentityAssociations", instead);
            return None;
        }
        let says = !allowed.is_empty() || role_name.is_some() || permissions_boundary.is_some();
        if !makes && says {
            let instead = "the role that it names is left as it is";
            warn(at, "what podIdentityAssociations say of a role", instead);
        }
        let Permissions { policies, policy } = if makes { allowed } else { Permissions::default() };
        let identity = PodIdentity {
            namespace: namespace?,
            service_account: service_account?,
            role,
            policies,
            policy,
            role_name: role_name.filter(|_| makes),
            permissions_boundary: permissions_boundary.filter(|_| makes),
            target_role,
            session_tags: !tagless,
            session_policy,
            tags,
        };
        session(at, &identity);
        Some(identity)
    })
}
