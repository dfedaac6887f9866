//! The layout itself, put together.

use std::sync::Arc;

use super::control_plane::{
    access_entries, addons, cluster, identity_provider, pod_identities, security_group,
};
use super::network::Network;
use super::nodes::{fargate_profiles, node_groups, ssh_groups, templates};
use super::roles::roles;
use crate::resource::Resource;
use crate::resources::access_entry::AccessEntry;
use crate::resources::addon::Addon;
use crate::resources::address::Address;
use crate::resources::cluster::Cluster;
use crate::resources::fargate_profile::FargateProfile;
use crate::resources::identity_provider::IdentityProvider;
use crate::resources::internet_gateway::InternetGateway;
use crate::resources::launch_template::LaunchTemplate;
use crate::resources::nat_gateway::NatGateway;
use crate::resources::node_group::NodeGroup;
use crate::resources::oidc_provider::OidcProvider;
use crate::resources::pod_identity::PodIdentity;
use crate::resources::role::Role;
use crate::resources::route_table::RouteTable;
use crate::resources::security_group::SecurityGroup;
use crate::resources::subnet::Subnet;
use crate::resources::vpc::Vpc;
use crate::work::Context;

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
    pub(crate) ssh_groups: Vec<SecurityGroup>,
    pub(crate) roles: Vec<Role>,
    pub(crate) cluster: Cluster,
    pub(crate) oidc: Option<OidcProvider>,
    pub(crate) access_entries: Vec<AccessEntry>,
    pub(crate) identity_provider: Option<IdentityProvider>,
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
            security_group: security_group(context),
            ssh_groups: ssh_groups(context),
            roles: roles(context),
            cluster: cluster(context, &network),
            oidc: context
                .cluster
                .eks
                .oidc_provider
                .then(|| OidcProvider { tags: context.names.tags("oidc-provider") }),
            access_entries: access_entries(context),
            identity_provider: identity_provider(context),
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
            .chain(each(self.ssh_groups))
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
            .chain(each(self.identity_provider))
            .collect()
    }
}
