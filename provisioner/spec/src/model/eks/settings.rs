use super::{
    AccessEntry, EksAddon, FargateProfile, IdentityProvider, NetworkSource, NodeGroup, PodIdentity,
    Roles, ServiceAccount, Vpc,
};
use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A cluster on EKS: AWS runs the control plane.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Eks {
    /// The region, such as `us-west-2`.
    pub region: String,
    /// The account (12 digits) that the cluster belongs to: with credentials of another one, nothing
    /// is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The availability zones; the control plane stays in those that it was made in, and further ones are for nodes.
    /// Default: the first three that the region has for EKS.
    #[schemars(with = "Option<Vec<String>>")]
    pub zones: Vec<String>,
    /// Tags for everything that is made.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
    /// The network: one that is made, or one that exists.
    #[schemars(with = "Option<Vpc>")]
    pub vpc: Vpc,
    /// The IAM roles of the control plane and the nodes.
    #[schemars(with = "Option<Roles>")]
    pub roles: Roles,
    /// From where the Kubernetes API is reached.
    #[schemars(with = "Option<EndpointAccess>")]
    pub endpoint: EndpointAccess,
    /// The logs of the control plane that go to `CloudWatch`.
    #[schemars(with = "Option<Vec<LogType>>")]
    pub logging: Vec<LogType>,
    /// The ARN of the KMS key that encrypts Secrets. It cannot be taken away again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets_key: Option<String>,
    /// Who is let in by what.
    #[schemars(with = "Option<AuthenticationMode>")]
    pub authentication_mode: AuthenticationMode,
    /// Whether the identity that creates the cluster becomes its administrator. It counts only then.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub creator_is_admin: bool,
    /// Whether AWS refuses to delete the cluster; `down` takes it off first.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub deletion_protection: bool,
    /// What happens when AWS no longer supports the cluster's version as a standard one. Default: as it is
    /// with AWS, `EXTENDED` for a new cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support: Option<Support>,
    /// Whether the control plane is upgraded though AWS has found reasons against it, such as a kind of the API that is
    /// used and will be gone (upgrade insights).
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub force_upgrade: bool,
    /// Whether Amazon Application Recovery Controller may shift traffic away from a zone that is ill.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub zonal_shift: bool,
    /// How much capacity of the control plane is there before it is used, at a price.
    #[schemars(with = "Option<ControlPlaneTier>")]
    pub control_plane_tier: ControlPlaneTier,
    /// Whether IAM trusts the cluster's service accounts (IRSA). Default: when there are
    /// `serviceAccounts`.
    #[schemars(with = "Option<bool>")]
    pub oidc_provider: bool,
    /// IAM roles that service accounts assume through the OIDC provider (IRSA).
    #[schemars(with = "Option<Vec<ServiceAccount>>")]
    pub service_accounts: Vec<ServiceAccount>,
    /// IAM roles that pods get through EKS Pod Identity. An addon of `spec.addons` that calls AWS is
    /// given one, unless its service account has one here or in `serviceAccounts`.
    #[schemars(with = "Option<Vec<PodIdentity>>")]
    pub pod_identities: Vec<PodIdentity>,
    /// IAM principals that may use the Kubernetes API.
    #[schemars(with = "Option<Vec<AccessEntry>>")]
    pub access_entries: Vec<AccessEntry>,
    /// An identity provider whose users may use the Kubernetes API; EKS takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<IdentityProvider>,
    /// Addons that EKS installs, by name. Default: `vpc-cni`, `kube-proxy` and `coredns`, and
    /// `eks-pod-identity-agent` where there are `podIdentities`, or addons that need one.
    #[schemars(with = "Option<BTreeMap<String, EksAddon>>")]
    pub addons: BTreeMap<String, EksAddon>,
    /// The nodes.
    #[schemars(with = "Option<Vec<NodeGroup>>")]
    pub node_groups: Vec<NodeGroup>,
    /// Pods that run on Fargate, without nodes.
    #[schemars(with = "Option<Vec<FargateProfile>>")]
    pub fargate_profiles: Vec<FargateProfile>,
}

/// From where the Kubernetes API is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct EndpointAccess {
    /// From the internet.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub public: bool,
    /// From inside the VPC; the nodes use it.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub private: bool,
    /// The ranges from which it is reached publicly. Default: `0.0.0.0/0`, from everywhere.
    #[schemars(with = "Option<Vec<String>>")]
    pub public_cidrs: Vec<Ipv4Net>,
    /// Ranges of networks beside the VPC, such as an office behind a VPN, from which it is reached privately.
    #[schemars(with = "Option<Vec<String>>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub private_cidrs: Vec<Ipv4Net>,
}

/// A kind of log of the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LogType {
    Api,
    Audit,
    Authenticator,
    ControllerManager,
    Scheduler,
}

/// Who is let in by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum AuthenticationMode {
    /// Access entries alone.
    #[serde(rename = "API")]
    Api,
    /// Access entries, and the `aws-auth` config map.
    #[serde(rename = "API_AND_CONFIG_MAP")]
    ApiAndConfigMap,
}

/// The capacity of a control plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub enum ControlPlaneTier {
    /// It grows as it is used.
    #[default]
    #[serde(rename = "standard")]
    Standard,
    /// It is there from the beginning.
    #[serde(rename = "tier-xl")]
    Xl,
    /// The next larger.
    #[serde(rename = "tier-2xl")]
    Xl2,
    /// The next larger.
    #[serde(rename = "tier-4xl")]
    Xl4,
    /// The largest.
    #[serde(rename = "tier-8xl")]
    Xl8,
}

impl ControlPlaneTier {
    pub const ALL: [Self; 5] = [Self::Standard, Self::Xl, Self::Xl2, Self::Xl4, Self::Xl8];

    /// The word that AWS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Xl => "tier-xl",
            Self::Xl2 => "tier-2xl",
            Self::Xl4 => "tier-4xl",
            Self::Xl8 => "tier-8xl",
        }
    }
}

/// What happens when AWS no longer supports a version as a standard one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Support {
    /// AWS upgrades the control plane.
    #[serde(rename = "STANDARD")]
    Standard,
    /// The control plane stays for another year, and costs more.
    #[serde(rename = "EXTENDED")]
    Extended,
}

impl Support {
    /// The word that AWS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Extended => "EXTENDED",
        }
    }
}

impl Eks {
    /// Whether the spec says which role a service account has.
    pub(crate) fn names_role_of(&self, namespace: &str, name: &str) -> bool {
        let is_it = |one: (&str, &str)| one == (namespace, name);
        let mut pods = self.pod_identities.iter();
        let mut accounts = self.service_accounts.iter();
        pods.any(|one| is_it((&one.namespace, &one.service_account)))
            || accounts.any(|one| is_it((&one.namespace, &one.name)))
    }

    /// The security groups that are named by their ids: they exist, and are left as they are.
    pub fn named_security_groups(&self) -> BTreeSet<&String> {
        let of_nodes = self.node_groups.iter().flat_map(|group| &group.security_groups);
        let let_in = self.node_groups.iter().flat_map(|group| &group.ssh_from);
        let let_in = let_in.filter_map(NetworkSource::group);
        self.vpc.security_groups.iter().chain(of_nodes).chain(let_in).collect()
    }

    /// The part of AWS that the region is in, as ARNs name it.
    pub fn partition(&self) -> &'static str {
        partition(&self.region)
    }
}

/// The part of AWS that a region is in, as ARNs name it.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

impl LogType {
    pub const ALL: [Self; 5] =
        [Self::Api, Self::Audit, Self::Authenticator, Self::ControllerManager, Self::Scheduler];

    /// The word that AWS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Audit => "audit",
            Self::Authenticator => "authenticator",
            Self::ControllerManager => "controllerManager",
            Self::Scheduler => "scheduler",
        }
    }
}

impl fmt::Display for AuthenticationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "API",
            Self::ApiAndConfigMap => "API_AND_CONFIG_MAP",
        })
    }
}
