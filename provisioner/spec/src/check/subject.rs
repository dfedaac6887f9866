use crate::{
    AddonSchemas, Cidrs, Cluster, Host, Role, SUPPORTED_MINORS, decode::Report, diagnostic::Fault,
};
use ipnet::IpNet;
use std::{net::IpAddr, ops::Range};

/// A cluster under check.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) cluster: &'a Cluster,
    report: &'a Report,
}

/// A value, and where the spec says it.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) path: String,
    pub(super) value: T,
}

impl Placed<Cidrs> {
    /// Each of its ranges, in the same place.
    pub(super) fn each(self) -> impl Iterator<Item = Placed<IpNet>> {
        self.value.all().map(move |value| Placed { path: self.path.clone(), value })
    }
}

impl<'a> Subject<'a> {
    pub(super) fn new(cluster: &'a Cluster, report: &'a Report) -> Self {
        Self { cluster, report }
    }

    pub(super) fn addon_schemas(&self) -> &'a AddonSchemas {
        self.report.addons()
    }

    /// Reports a fault at a path.
    pub(super) fn fault(&self, path: &str, fault: Fault) {
        self.report.add_at(path, fault);
    }

    /// Reports a fault with the key at a path.
    pub(super) fn fault_at_key(&self, path: &str, fault: Fault) {
        self.report.add_at_key(path, fault);
    }

    pub(super) fn place(&self, path: &str) -> Range<usize> {
        self.report.place(path)
    }

    /// Whether the spec itself says something at this path.
    pub(super) fn is_given(&self, path: &str) -> bool {
        self.report.is_given(path)
    }

    /// A value, unless a placeholder stands for it.
    pub(super) fn sound<T>(&self, path: impl Into<String>, value: T) -> Option<Placed<T>> {
        let path = path.into();
        self.report.is_sound(&path).then_some(Placed { path, value })
    }

    pub(super) fn hosts(&self) -> impl Iterator<Item = Placed<&'a Host>> {
        let hosts = &self.cluster.hosts;
        let edge = hosts.edge.as_ref().map_or(&[][..], |edge| &edge.nodes);
        [
            (Role::ControlPlane, hosts.control_plane.as_slice()),
            (Role::Worker, hosts.workers.as_slice()),
            (Role::Edge, edge),
            (Role::LoadBalancer, hosts.load_balancers.as_slice()),
        ]
        .into_iter()
        .flat_map(|(role, hosts)| {
            hosts.iter().enumerate().map(move |(index, host)| Placed {
                path: format!("{}[{index}]", list_path(role)),
                value: host,
            })
        })
    }

    /// The hosts' addresses of the other family.
    pub(super) fn secondary_addresses(&self) -> impl Iterator<Item = Placed<IpAddr>> {
        self.hosts().filter_map(|host| {
            let path = format!("{}.secondaryAddress", host.path);
            self.sound(path, host.value.secondary_address?)
        })
    }

    /// The addresses of the hosts.
    pub(super) fn host_addresses(&self) -> impl Iterator<Item = Placed<IpAddr>> {
        self.hosts()
            .filter_map(|host| self.sound(format!("{}.address", host.path), host.value.address))
    }

    pub(super) fn api_vip(&self) -> Option<Placed<IpAddr>> {
        self.sound("spec.hosts.apiEndpoint.vip", self.cluster.hosts.api_endpoint.vip?)
    }

    /// The VIPs of the API and of the edge.
    pub(super) fn vips(&self) -> impl Iterator<Item = Placed<IpAddr>> {
        let edge = self.cluster.hosts.edge.as_ref().and_then(|edge| edge.vip);
        let edge = edge.and_then(|vip| self.sound("spec.hosts.edge.vip", vip));
        self.api_vip().into_iter().chain(edge)
    }

    pub(super) fn pod_cidr(&self) -> Option<Placed<Cidrs>> {
        self.sound("spec.network.podCidr", self.cluster.network.pod_cidr)
    }

    pub(super) fn service_cidr(&self) -> Option<Placed<Cidrs>> {
        self.sound("spec.network.serviceCidr", self.cluster.network.service_cidr)
    }

    /// The address of the DNS service, if the spec chooses one.
    pub(super) fn dns_address(&self) -> Option<Placed<IpAddr>> {
        let path = "spec.network.dns.address";
        self.is_given(path).then(|| self.sound(path, self.cluster.network.dns.address))?
    }

    /// The minor version of Kubernetes, if it is a supported one.
    pub(super) fn minor(&self) -> Option<u64> {
        let version = self.sound("spec.kubernetes.version", &self.cluster.kubernetes.version)?;
        let supported = version.value.major == 1 && SUPPORTED_MINORS.contains(&version.value.minor);
        supported.then_some(version.value.minor)
    }
}

/// Where the hosts of a role are listed.
pub(super) fn list_path(role: Role) -> &'static str {
    match role {
        Role::ControlPlane => "spec.hosts.controlPlane",
        Role::Worker => "spec.hosts.workers",
        Role::Edge => "spec.hosts.edge.nodes",
        Role::LoadBalancer => "spec.hosts.loadBalancers",
    }
}
