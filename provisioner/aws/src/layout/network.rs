//! The network of a cluster.

use std::collections::BTreeMap;

use provisioner_spec::{
    ControlPlaneSubnets, FargateProfile as ProfileSpec, Nat, NodeGroup as GroupSpec,
};

use crate::resources::address::Address;
use crate::resources::internet_gateway::InternetGateway;
use crate::resources::nat_gateway::NatGateway;
use crate::resources::route_table::{PUBLIC, RouteTable, Way};
use crate::resources::subnet::{self, Subnet};
use crate::resources::vpc::Vpc;
use crate::work::Context;

/// The network of a cluster in its zones. Of an imported one, nothing is made.
pub(super) struct Network<'a> {
    pub(super) context: &'a Context,
    pub(super) zones: &'a [String],
}

impl Network<'_> {
    pub(super) fn is_imported(&self) -> bool {
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

    pub(super) fn vpc(&self) -> Option<Vpc> {
        let cidr = self.context.cluster.eks.vpc.cidr().to_string();
        (!self.is_imported()).then(|| Vpc { cidr, tags: self.context.names.tags("vpc") })
    }

    pub(super) fn gateway(&self) -> Option<InternetGateway> {
        let tags = || self.context.names.tags("internet-gateway");
        (!self.is_imported()).then(|| InternetGateway { tags: tags() })
    }

    pub(super) fn subnets(&self) -> Vec<Subnet> {
        let vpc = &self.context.cluster.eks.vpc;
        let (range, hostname_type) = (vpc.cidr(), vpc.hostname_type.unwrap_or_default());
        let both = |(index, zone)| [true, false].map(|public| (index, zone, public));
        let subnet = |(index, zone, public): (usize, &String, bool)| {
            let name = subnet::name(zone, public);
            let mut tags = self.context.names.tags(&name);
            // Load balancers find their subnets by these ("Subnet auto discovery").
            let role = if public { "elb" } else { "internal-elb" };
            tags.insert(format!("kubernetes.io/role/{role}"), "1".to_owned());
            let ranges = subnet::ranges(range, index, public);
            Subnet { name, zone: zone.clone(), ranges, public, hostname_type, tags }
        };
        self.made_zones().iter().enumerate().flat_map(both).map(subnet).collect()
    }

    pub(super) fn addresses(&self) -> Vec<Address> {
        let address = |zone: &String| {
            let tags = self.context.names.tags(&format!("address-{zone}"));
            Address { name: zone.clone(), tags }
        };
        self.nat_zones().iter().map(address).collect()
    }

    pub(super) fn nats(&self) -> Vec<NatGateway> {
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

    pub(super) fn route_tables(&self) -> Vec<RouteTable> {
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

    pub(super) fn control_plane_subnets(&self) -> Vec<String> {
        let vpc = &self.context.cluster.eks.vpc;
        let made = self.subnets().into_iter();
        match &vpc.control_plane_subnets {
            ControlPlaneSubnets::Named(named) => named.clone(),
            ControlPlaneSubnets::All if self.is_imported() => vpc.subnets.all().cloned().collect(),
            ControlPlaneSubnets::Private if self.is_imported() => vpc.subnets.private.clone(),
            ControlPlaneSubnets::All => made.map(|subnet| subnet.name).collect(),
            ControlPlaneSubnets::Private => {
                made.filter(|subnet| !subnet.public).map(|subnet| subnet.name).collect()
            }
        }
    }

    /// Where the subnets are that are made.
    pub(super) fn zones_of_subnets(&self) -> BTreeMap<String, String> {
        self.subnets().into_iter().map(|subnet| (subnet.name, subnet.zone)).collect()
    }

    /// The private subnets, unless the profile names some of them.
    pub(super) fn fargate_subnets(&self, profile: &ProfileSpec) -> Vec<String> {
        match (&profile.subnets, self.is_imported()) {
            (named, _) if !named.is_empty() => named.clone(),
            (_, true) => self.context.cluster.eks.vpc.subnets.private.clone(),
            (_, false) => self.made_zones().iter().map(|zone| subnet::name(zone, false)).collect(),
        }
    }

    pub(super) fn node_subnets(&self, group: &GroupSpec) -> Vec<String> {
        if !group.subnets.is_empty() {
            return group.subnets.clone();
        }
        if self.is_imported() {
            let subnets = &self.context.cluster.eks.vpc.subnets;
            return if group.private { subnets.private.clone() } else { subnets.public.clone() };
        }
        let wanted = |zone: &&String| group.zones.is_empty() || group.zones.contains(zone);
        let zones = self.made_zones().iter().filter(wanted);
        zones.map(|zone| subnet::name(zone, !group.private)).collect()
    }

    /// The route tables through which nodes reach AWS.
    pub(super) fn node_routes(&self, group: &GroupSpec) -> Vec<String> {
        if self.is_imported() {
            return Vec::new();
        }
        if group.private { self.node_subnets(group) } else { vec![PUBLIC.to_owned()] }
    }
}
