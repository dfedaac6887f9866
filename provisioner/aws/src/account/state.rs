use std::collections::BTreeMap;

use provisioner_spec::IamRole;

use crate::resources::access_entry::EntryState;
use crate::resources::addon::{AddonState, Versions};
use crate::resources::address::AddressState;
use crate::resources::cluster::ClusterState;
use crate::resources::fargate_profile::ProfileState;
use crate::resources::identity_provider::ProviderState;
use crate::resources::instance::InstanceState;
use crate::resources::internet_gateway::GatewayState;
use crate::resources::launch_template::TemplateState;
use crate::resources::load_balancer::Leftover;
use crate::resources::nat_gateway::NatState;
use crate::resources::node_group::GroupState;
use crate::resources::oidc_provider::OidcState;
use crate::resources::pod_identity::IdentityState;
use crate::resources::role::RoleState;
use crate::resources::route_table::RouteTableState;
use crate::resources::security_group::SecurityGroupState;
use crate::resources::subnet::SubnetState;
use crate::resources::vpc::VpcState;
use crate::{AwsError, Identity};

/// Everything of one cluster that exists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    pub(crate) identity: Option<Identity>,
    /// The zones that the cluster is in.
    pub(crate) zones: Vec<String>,
    /// The cluster's own, or the imported one.
    pub(crate) vpc: Option<VpcState>,
    /// By names; imported ones as the spec names them.
    pub(crate) subnets: BTreeMap<String, SubnetState>,
    /// The zone of each subnet of the VPC, also of those that the spec does not name, by ids.
    pub(crate) zones_of_subnets: BTreeMap<String, String>,
    pub(crate) gateway: Option<GatewayState>,
    pub(crate) addresses: BTreeMap<String, AddressState>,
    /// Addresses that were allocated twice by a run that was cut off.
    pub(crate) surplus_addresses: Vec<AddressState>,
    pub(crate) nats: BTreeMap<String, NatState>,
    pub(crate) route_tables: BTreeMap<String, RouteTableState>,
    /// That of the control plane.
    pub(crate) security_group: Option<SecurityGroupState>,
    /// Those through which nodes are reached by SSH, by the names of their groups in the spec.
    pub(crate) ssh_groups: BTreeMap<String, SecurityGroupState>,
    /// By their names in IAM.
    pub(crate) roles: BTreeMap<String, RoleState>,
    pub(crate) oidc: Option<OidcState>,
    pub(crate) cluster: Option<ClusterState>,
    pub(crate) access_entries: BTreeMap<String, EntryState>,
    /// Whoever has made it.
    pub(crate) identity_provider: Option<ProviderState>,
    pub(crate) addons: BTreeMap<String, AddonState>,
    pub(crate) addon_versions: BTreeMap<String, Versions>,
    pub(crate) pod_identities: BTreeMap<String, IdentityState>,
    pub(crate) templates: BTreeMap<String, TemplateState>,
    pub(crate) node_groups: BTreeMap<String, GroupState>,
    /// Of AMIs, by the groups that have older ones; only looked for when groups are to have the latest.
    pub(crate) newer_releases: BTreeMap<String, String>,
    /// Those that run, by node group; not looked for when the cluster is to go.
    pub(crate) instances: BTreeMap<String, Vec<InstanceState>>,
    pub(crate) fargate_profiles: BTreeMap<String, ProfileState>,
    /// What load balancer controllers have made; only looked for when the cluster is to go.
    pub(crate) leftovers: Vec<Leftover>,
    pub(crate) leftover_groups: Vec<String>,
}

impl Account {
    /// Partition and number of the account.
    pub(crate) fn owner(&self) -> (&str, &str) {
        let identity = self.identity.as_ref();
        identity.map_or(("aws", ""), |identity| (&identity.partition, &identity.account))
    }

    pub(crate) fn vpc_id(&self) -> Result<String, AwsError> {
        self.vpc.as_ref().map(|vpc| vpc.id.clone()).ok_or_else(|| crate::unknown("VPC"))
    }

    /// The id of a subnet that has this name, or this id.
    pub(crate) fn subnet_id(&self, name: &str) -> Result<String, AwsError> {
        let found = self.subnets.get(name).map(|subnet| subnet.id.clone());
        found.ok_or_else(|| crate::unknown(&format!("subnet {name}")))
    }

    pub(crate) fn subnet_name(&self, id: &str) -> Option<String> {
        self.subnets.iter().find(|(_, subnet)| subnet.id == id).map(|(name, _)| name.clone())
    }

    /// The subnets by one name each: one that exists may have several in the spec.
    pub(crate) fn shown_subnets(&self, names: &[String]) -> Vec<String> {
        let shown = |name: &String| {
            let id = self.subnets.get(name).map(|subnet| &subnet.id);
            id.and_then(|id| self.subnet_name(id)).unwrap_or_else(|| name.clone())
        };
        names.iter().map(shown).collect()
    }

    /// The ARN of a role that exists, or of the one that is made under this name.
    pub(crate) fn role_arn(&self, role: &IamRole, name: &str) -> Result<String, AwsError> {
        match role {
            IamRole::Arn(arn) => Ok(arn.clone()),
            IamRole::Create => {
                let found = self.roles.get(name).map(|role| role.arn.clone());
                found.ok_or_else(|| crate::unknown(&format!("role {name}")))
            }
        }
    }
}
