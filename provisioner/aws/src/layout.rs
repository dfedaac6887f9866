//! Everything that a spec asks for, as resources.

use std::collections::BTreeSet;
use std::sync::Arc;

use provisioner_spec::{FargateProfile as ProfileSpec, IamRole, Nat, NodeGroup as GroupSpec};
use serde_json::Value;

use crate::names::RESOURCE_TAG;
use crate::resource::Resource;
use crate::resources::access_entry::AccessEntry;
use crate::resources::addon::Addon;
use crate::resources::address::Address;
use crate::resources::cluster::Cluster;
use crate::resources::fargate_profile::FargateProfile;
use crate::resources::internet_gateway::InternetGateway;
use crate::resources::launch_template::LaunchTemplate;
use crate::resources::nat_gateway::NatGateway;
use crate::resources::node_group::{GROUP_TAG, NodeGroup};
use crate::resources::oidc_provider::OidcProvider;
use crate::resources::pod_identity::PodIdentity;
use crate::resources::role::{Role, Trust};
use crate::resources::route_table::{PUBLIC, RouteTable, Way};
use crate::resources::security_group::SecurityGroup;
use crate::resources::subnet::{self, Subnet};
use crate::resources::vpc::Vpc;
use crate::work::Context;

/// The purposes of the two roles that every cluster has.
pub(crate) const CLUSTER_ROLE: &str = "cluster";
pub(crate) const NODE_ROLE: &str = "node";
/// The purpose of the role that pods on Fargate are started under.
const FARGATE_ROLE: &str = "fargate";

/// What EKS wants of the role of its control plane ("Amazon EKS cluster IAM role").
const CLUSTER_POLICIES: [&str; 2] = ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"];
/// What it wants of the role of nodes ("Amazon EKS node IAM role").
const NODE_POLICIES: [&str; 4] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
    "AmazonEKS_CNI_Policy",
];

/// What it wants of the role of pods on Fargate ("Amazon EKS Pod execution IAM role").
const FARGATE_POLICIES: [&str; 1] = ["AmazonEKSFargatePodExecutionRolePolicy"];

/// The resources of a cluster.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) vpc: Option<Vpc>,
    pub(crate) gateway: Option<InternetGateway>,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) addresses: Vec<Address>,
    pub(crate) nats: Vec<NatGateway>,
    pub(crate) route_tables: Vec<RouteTable>,
    pub(crate) security_group: SecurityGroup,
    pub(crate) roles: Vec<Role>,
    pub(crate) cluster: Cluster,
    pub(crate) oidc: Option<OidcProvider>,
    pub(crate) access_entries: Vec<AccessEntry>,
    pub(crate) pod_identities: Vec<PodIdentity>,
    pub(crate) addons: Vec<Addon>,
    pub(crate) templates: Vec<Arc<LaunchTemplate>>,
    pub(crate) node_groups: Vec<NodeGroup>,
    pub(crate) fargate_profiles: Vec<FargateProfile>,
}

impl Layout {
    /// What the spec asks for in these zones.
    pub(crate) fn new(context: &Context, zones: &[String]) -> Self {
        let network = Network { context, zones };
        let templates = templates(context);
        Self {
            vpc: network.vpc(),
            gateway: network.gateway(),
            subnets: network.subnets(),
            addresses: network.addresses(),
            nats: network.nats(),
            route_tables: network.route_tables(),
            security_group: SecurityGroup {
                name: context.names.security_group(),
                tags: context.names.tags("control-plane"),
            },
            roles: roles(context),
            cluster: cluster(context, &network),
            oidc: context
                .cluster
                .eks
                .oidc_provider
                .then(|| OidcProvider { tags: context.names.tags("oidc-provider") }),
            access_entries: access_entries(context),
            pod_identities: pod_identities(context),
            addons: addons(context),
            node_groups: node_groups(context, &network, &templates),
            fargate_profiles: fargate_profiles(context, &network),
            templates,
        }
    }

    /// All of them, in the order in which they are shown.
    pub(crate) fn resources(self) -> Vec<Arc<dyn Resource>> {
        fn each<R: Resource + 'static>(
            list: impl IntoIterator<Item = R>,
        ) -> impl Iterator<Item = Arc<dyn Resource>> {
            list.into_iter().map(|one| Arc::new(one) as Arc<dyn Resource>)
        }
        let templates = self.templates.into_iter().map(|one| one as Arc<dyn Resource>);
        let control_plane = each(self.vpc)
            .chain(each(self.gateway))
            .chain(each(self.subnets))
            .chain(each(self.addresses))
            .chain(each(self.nats))
            .chain(each(self.route_tables))
            .chain(each([self.security_group]))
            .chain(each(self.roles))
            .chain(each([self.cluster]));
        control_plane
            .chain(each(self.oidc))
            .chain(each(self.access_entries))
            .chain(each(self.pod_identities))
            .chain(templates)
            .chain(each(self.node_groups))
            .chain(each(self.fargate_profiles))
            .chain(each(self.addons))
            .collect()
    }
}

/// The network of a cluster in its zones. Of an imported one, nothing is made.
struct Network<'a> {
    context: &'a Context,
    zones: &'a [String],
}

impl Network<'_> {
    fn is_imported(&self) -> bool {
        self.context.cluster.eks.vpc.is_imported()
    }

    fn made_zones(&self) -> &[String] {
        if self.is_imported() { &[] } else { self.zones }
    }

    /// The zones that have a NAT gateway.
    fn nat_zones(&self) -> &[String] {
        let zones = self.made_zones();
        match self.context.cluster.eks.vpc.nat() {
            Nat::None => &[],
            Nat::Single => &zones[..zones.len().min(1)],
            Nat::PerZone => zones,
        }
    }

    fn vpc(&self) -> Option<Vpc> {
        let cidr = self.context.cluster.eks.vpc.cidr().to_string();
        (!self.is_imported()).then(|| Vpc { cidr, tags: self.context.names.tags("vpc") })
    }

    fn gateway(&self) -> Option<InternetGateway> {
        let tags = || self.context.names.tags("internet-gateway");
        (!self.is_imported()).then(|| InternetGateway { tags: tags() })
    }

    fn subnets(&self) -> Vec<Subnet> {
        let range = self.context.cluster.eks.vpc.cidr();
        let both = |(index, zone)| [true, false].map(|public| (index, zone, public));
        let subnet = |(index, zone, public): (usize, &String, bool)| {
            let name = subnet::name(zone, public);
            let mut tags = self.context.names.tags(&name);
            // Load balancers find their subnets by these ("Subnet auto discovery").
            let role = if public { "elb" } else { "internal-elb" };
            tags.insert(format!("kubernetes.io/role/{role}"), "1".to_owned());
            let cidr = subnet::part(range, index, public)?.to_string();
            Some(Subnet { name, zone: zone.clone(), cidr, public, tags })
        };
        self.made_zones().iter().enumerate().flat_map(both).filter_map(subnet).collect()
    }

    fn addresses(&self) -> Vec<Address> {
        let address = |zone: &String| {
            let tags = self.context.names.tags(&format!("address-{zone}"));
            Address { name: zone.clone(), tags }
        };
        self.nat_zones().iter().map(address).collect()
    }

    fn nats(&self) -> Vec<NatGateway> {
        let nat = |zone: &String| NatGateway {
            name: zone.clone(),
            subnet: subnet::name(zone, true),
            tags: self.context.names.tags(&format!("nat-{zone}")),
        };
        self.nat_zones().iter().map(nat).collect()
    }

    /// The NAT gateway that the private subnet of a zone uses.
    fn nat_of(&self, zone: &String) -> Way {
        let zones = self.nat_zones();
        let nat = zones.iter().find(|one| *one == zone).or(zones.first());
        nat.map_or(Way::Nowhere, |zone| Way::Nat(zone.clone()))
    }

    fn route_tables(&self) -> Vec<RouteTable> {
        if self.made_zones().is_empty() {
            return Vec::new();
        }
        let table = |name: &str, subnets, way| RouteTable {
            name: name.to_owned(),
            subnets,
            way,
            tags: self.context.names.tags(&format!("routes-{name}")),
        };
        let public = self.made_zones().iter().map(|zone| subnet::name(zone, true)).collect();
        let private = self.made_zones().iter().map(|zone| {
            let name = subnet::name(zone, false);
            table(&name, vec![name.clone()], self.nat_of(zone))
        });
        std::iter::once(table(PUBLIC, public, Way::InternetGateway)).chain(private).collect()
    }

    /// The subnets of the control plane: all of them.
    fn control_plane_subnets(&self) -> Vec<String> {
        if self.is_imported() {
            return self.context.cluster.eks.vpc.subnets.all().cloned().collect();
        }
        self.subnets().into_iter().map(|subnet| subnet.name).collect()
    }

    /// The private subnets, unless the profile names some of them.
    fn fargate_subnets(&self, profile: &ProfileSpec) -> Vec<String> {
        match (&profile.subnets, self.is_imported()) {
            (named, _) if !named.is_empty() => named.clone(),
            (_, true) => self.context.cluster.eks.vpc.subnets.private.clone(),
            (_, false) => self.made_zones().iter().map(|zone| subnet::name(zone, false)).collect(),
        }
    }

    fn node_subnets(&self, group: &GroupSpec) -> Vec<String> {
        if self.is_imported() {
            let subnets = &self.context.cluster.eks.vpc.subnets;
            return if group.private { subnets.private.clone() } else { subnets.public.clone() };
        }
        let wanted = |zone: &&String| group.zones.is_empty() || group.zones.contains(zone);
        let zones = self.made_zones().iter().filter(wanted);
        zones.map(|zone| subnet::name(zone, !group.private)).collect()
    }

    /// The route tables through which nodes reach AWS.
    fn node_routes(&self, group: &GroupSpec) -> Vec<String> {
        if self.is_imported() {
            return Vec::new();
        }
        if group.private { self.node_subnets(group) } else { vec![PUBLIC.to_owned()] }
    }
}

/// The roles that are made.
fn roles(context: &Context) -> Vec<Role> {
    let eks = &context.cluster.eks;
    let mut roles = Vec::new();
    if eks.roles.cluster == IamRole::Create {
        let trust = Trust::service("eks.amazonaws.com", &["sts:AssumeRole", "sts:TagSession"]);
        roles.push(role(context, CLUSTER_ROLE, trust, managed(context, &CLUSTER_POLICIES)));
    }
    if eks.roles.node == IamRole::Create {
        let trust = Trust::service("ec2.amazonaws.com", &["sts:AssumeRole"]);
        let mut policies = managed(context, &NODE_POLICIES);
        policies.extend(eks.roles.node_policies.iter().cloned());
        roles.push(role(context, NODE_ROLE, trust, policies));
    }
    if eks.fargate_profiles.iter().any(|profile| profile.role == IamRole::Create) {
        let policies = managed(context, &FARGATE_POLICIES);
        let (region, cluster) = (eks.region.clone(), context.cluster.name.clone());
        let trust = Trust::FargatePods { region, cluster };
        roles.push(role(context, FARGATE_ROLE, trust, policies));
    }
    for account in &eks.service_accounts {
        let trust = Trust::ServiceAccount {
            namespace: account.namespace.clone(),
            name: account.name.clone(),
        };
        let purpose = format!("sa-{}-{}", account.namespace, account.name);
        let policies = account.policies.iter().cloned().collect();
        let made = role(context, &purpose, trust, policies);
        roles.push(Role { name: account.role_name.clone().unwrap_or(made.name.clone()), ..made });
    }
    for identity in eks.pod_identities.iter().filter(|one| one.role == IamRole::Create) {
        let purpose = pod_purpose(&identity.namespace, &identity.service_account);
        let policies = identity.policies.iter().cloned().collect();
        let made = role(context, &purpose, Trust::pods(), policies);
        let own = (!identity.policy.is_empty()).then(|| Value::Object(identity.policy.clone()));
        roles.push(Role { document: own, ..made });
    }
    for (name, addon) in eks.addons.iter().filter(|(_, addon)| !addon.policies.is_empty()) {
        let policies = addon.policies.iter().cloned().collect();
        roles.push(role(context, &addon_purpose(name), Trust::pods(), policies));
    }
    roles
}

fn pod_purpose(namespace: &str, service_account: &str) -> String {
    format!("pod-{namespace}-{service_account}")
}

fn addon_purpose(name: &str) -> String {
    format!("addon-{name}")
}

fn role(context: &Context, purpose: &str, trust: Trust, policies: BTreeSet<String>) -> Role {
    Role {
        purpose: purpose.to_owned(),
        name: context.names.role(purpose),
        trust,
        policies,
        document: None,
        boundary: context.cluster.eks.roles.permissions_boundary.clone(),
        tags: context.names.tags(&format!("role-{purpose}")),
    }
}

/// The ARNs of policies of AWS.
fn managed(context: &Context, names: &[&str]) -> BTreeSet<String> {
    let partition = context.cluster.eks.partition();
    names.iter().map(|name| format!("arn:{partition}:iam::aws:policy/{name}")).collect()
}

fn cluster(context: &Context, network: &Network<'_>) -> Cluster {
    let spec = &context.cluster;
    Cluster {
        eks: spec.eks.clone(),
        version: spec.kubernetes.version,
        service_cidr: spec.network.service_cidr.map(|range| range.to_string()),
        role_name: context.names.role(CLUSTER_ROLE),
        subnets: network.control_plane_subnets(),
        tags: context.names.tags("cluster"),
    }
}

fn access_entries(context: &Context) -> Vec<AccessEntry> {
    let entry = |spec: &provisioner_spec::AccessEntry| AccessEntry {
        spec: spec.clone(),
        tags: context.names.tags("access-entry"),
    };
    context.cluster.eks.access_entries.iter().map(entry).collect()
}

fn pod_identities(context: &Context) -> Vec<PodIdentity> {
    let identity = |spec: &provisioner_spec::PodIdentity| {
        let role_purpose = pod_purpose(&spec.namespace, &spec.service_account);
        PodIdentity {
            role_name: context.names.role(&role_purpose),
            role_purpose,
            tags: context.names.tags("pod-identity"),
            spec: spec.clone(),
        }
    };
    context.cluster.eks.pod_identities.iter().map(identity).collect()
}

fn group_names(context: &Context) -> Vec<String> {
    context.cluster.eks.node_groups.iter().map(|group| group.name.clone()).collect()
}

fn profile_names(context: &Context) -> Vec<String> {
    context.cluster.eks.fargate_profiles.iter().map(|profile| profile.name.clone()).collect()
}

fn addons(context: &Context) -> Vec<Addon> {
    let addon = |(name, spec): (&String, &provisioner_spec::EksAddon)| {
        let purpose = addon_purpose(name);
        let role = (purpose.clone(), context.names.role(&purpose));
        Addon {
            name: name.clone(),
            spec: spec.clone(),
            role: (!spec.policies.is_empty()).then_some(role),
            node_groups: group_names(context),
            fargate_profiles: profile_names(context),
            tags: context.names.tags(&format!("addon-{name}")),
        }
    };
    context.cluster.eks.addons.iter().map(addon).collect()
}

fn templates(context: &Context) -> Vec<Arc<LaunchTemplate>> {
    let template = |group: &GroupSpec| {
        let mut instance_tags = context.names.tags(&group.name);
        instance_tags.remove(RESOURCE_TAG);
        instance_tags.extend(group.tags.clone());
        Arc::new(LaunchTemplate {
            name: context.names.launch_template(&group.name),
            group: group.clone(),
            tags: context.names.tags(&format!("template-{}", group.name)),
            instance_tags,
        })
    };
    context.cluster.eks.node_groups.iter().map(template).collect()
}

fn node_groups(
    context: &Context,
    network: &Network<'_>,
    templates: &[Arc<LaunchTemplate>],
) -> Vec<NodeGroup> {
    let eks = &context.cluster.eks;
    let group = |(spec, template): (&GroupSpec, &Arc<LaunchTemplate>)| {
        let mut tags = context.names.tags(&format!("nodes-{}", spec.name));
        tags.insert(GROUP_TAG.to_owned(), spec.name.clone());
        tags.extend(spec.tags.clone());
        NodeGroup {
            spec: spec.clone(),
            version: context.cluster.kubernetes.version,
            subnets: network.node_subnets(spec),
            role: eks.roles.node.clone(),
            role_name: context.names.role(NODE_ROLE),
            routes: network.node_routes(spec),
            addons: eks.addons.keys().cloned().collect(),
            template: Arc::clone(template),
            tags,
        }
    };
    eks.node_groups.iter().zip(templates).map(group).collect()
}

/// Each waits for the one before it: AWS makes one of a cluster at a time.
fn fargate_profiles(context: &Context, network: &Network<'_>) -> Vec<FargateProfile> {
    let mut previous = None;
    let profile = |spec: &ProfileSpec| {
        let subnets = network.fargate_subnets(spec);
        let mut tags = context.names.tags(&format!("fargate-{}", spec.name));
        tags.extend(spec.tags.clone());
        FargateProfile {
            spec: spec.clone(),
            routes: if network.is_imported() { Vec::new() } else { subnets.clone() },
            subnets,
            role_purpose: FARGATE_ROLE.to_owned(),
            role_name: context.names.role(FARGATE_ROLE),
            previous: previous.replace(spec.name.clone()),
            tags,
        }
    };
    context.cluster.eks.fargate_profiles.iter().map(profile).collect()
}
