//! The facts of one host.

use ipnet::IpNet;
use jiff::Timestamp;
use secrecy::SecretString;
use semver::Version;
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What one host says about itself. What it could not say is empty or `None`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Facts {
    /// Whether the script came to its end. If not, what is missing means nothing.
    pub complete: bool,
    pub hostname: String,
    pub machine_id: Option<String>,
    pub product_uuid: Option<String>,
    pub boot_id: Option<String>,
    /// The container manager around this host (`systemd-nspawn`, ...), if it is not a machine.
    pub container: Option<String>,
    /// The cluster whose ledger this host keeps.
    pub cluster: Option<String>,
    /// There is a ledger of ours: something was changed on this host and not undone.
    pub ledger: bool,
    pub uid: Option<u32>,
    pub architecture: Architecture,
    pub os: Os,
    pub kernel: Kernel,
    pub clock: Clock,
    pub cpus: u32,
    pub memory_mib: u64,
    pub disks: Vec<Disk>,
    pub swaps: Vec<String>,
    pub cgroup: Option<Cgroup>,
    pub links: Vec<Link>,
    pub default_routes: Vec<Route>,
    pub nameservers: Vec<String>,
    pub lookups: Vec<Lookup>,
    pub sockets: Vec<Socket>,
    pub package_manager: Option<PackageManager>,
    pub systemd: bool,
    /// Units that matter here, with what `systemctl is-active` says of each.
    pub services: BTreeMap<String, String>,
    pub programs: BTreeMap<String, Program>,
    pub kubernetes: Kubernetes,
    /// Contents of files below `/etc/kubernetes/pki`, by their path in it (`etcd/ca.key`).
    #[serde(skip)]
    pub pki: BTreeMap<String, SecretString>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    Amd64,
    Arm64,
    #[default]
    Unknown,
    #[serde(untagged)]
    Other(String),
}

impl Architecture {
    /// Kubernetes' own name of it: `amd64`, `arm64`, else what the kernel calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
            Self::Unknown => "unknown",
            Self::Other(name) => name,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    Debian,
    Redhat,
    #[default]
    Other,
}

impl Family {
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian => "debian",
            Self::Redhat => "redhat",
            Self::Other => "other",
        }
    }
}

/// os-release(5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Os {
    pub family: Family,
    pub id: String,
    pub id_like: Vec<String>,
    pub version_id: String,
    pub codename: String,
    pub pretty: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageManager {
    Apt,
    Dnf,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Kernel {
    pub release: String,
    /// What is known of each module in [`Kernel::MODULES`]; one that is not listed is unknown.
    pub modules: BTreeMap<String, Module>,
}

impl Kernel {
    pub const MODULES: [&str; 8] = [
        "br_netfilter",
        "overlay",
        "ip_vs",
        "ip_vs_rr",
        "ip_vs_wrr",
        "ip_vs_sh",
        "nf_conntrack",
        "nf_tables",
    ];

    /// Names of the modules that are there or can be loaded.
    pub fn offers(&self) -> Vec<&str> {
        let offered = |(name, state): (&'_ String, &Module)| {
            Self::MODULES.into_iter().find(|known| known == name && *state != Module::Absent)
        };
        self.modules.iter().filter_map(offered).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Module {
    /// Neither in the kernel nor among its modules.
    Absent,
    /// A file that can be loaded.
    Available,
    /// At work, as a module or built in.
    BuiltIn,
    Loaded,
}

/// The host's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Clock {
    pub time: Option<Timestamp>,
    /// What a time service says of it, if one says anything.
    pub synchronized: Option<bool>,
    /// When the control machine asked and had its answer; filled in by whoever asked.
    pub asked: Option<Window>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    pub sent: Timestamp,
    pub received: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// The place that was asked for, whether it exists yet or not.
    pub path: String,
    pub mounted_on: String,
    pub size_mib: u64,
    pub free_mib: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cgroup {
    /// 1 or 2.
    pub version: u8,
    pub controllers: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    pub name: String,
    pub mac: Option<String>,
    pub mtu: u32,
    pub up: bool,
    pub addresses: Vec<IpNet>,
}

/// A default route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    pub is_ipv6: bool,
    pub via: Option<IpAddr>,
    pub interface: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookup {
    pub name: String,
    pub address: Option<IpAddr>,
    pub milliseconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Tcp,
    Udp,
}

/// A socket that listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Socket {
    pub protocol: Protocol,
    /// `None`: every address of the host.
    pub address: Option<IpAddr>,
    pub port: u16,
    pub process: Option<Process>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Process {
    pub name: String,
    pub pid: u32,
}

/// An installed program and what it says of its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    pub version: String,
    pub says: String,
}

impl Program {
    /// Major and minor version.
    pub fn release(&self) -> Option<(u64, u64)> {
        let mut parts = self.version.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }
}

/// What there is of a cluster on this host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Kubernetes {
    /// Configuration, manifests, etcd data, network configuration and our own mark of a finished join
    /// (`/var/lib/provisioner/joined`), as far as they exist.
    pub paths: Vec<String>,
    /// The API server that the administrator's kubeconfig names.
    pub admin_server: Option<String>,
    /// The API server that the kubelet talks to: of its kubeconfig, or of the one before, until it is restarted.
    pub kubelet_server: Option<String>,
    /// The cluster's CA certificate, PEM.
    pub certificate_authority: Option<String>,
    /// What the API server shows to its clients, PEM.
    pub api_server_certificate: Option<String>,
    /// The version of the API server.
    pub version: Option<Version>,
    /// The ranges that the control plane gives services and nodes addresses from.
    pub service_range: Option<String>,
    pub pod_range: Option<String>,
    /// What the kubelet was told of the cluster's domain and of who manages its control groups.
    pub dns_domain: Option<String>,
    pub cgroup_driver: Option<String>,
    /// Where the API server finds etcd.
    pub etcd_servers: Option<String>,
    /// The addresses of the API that keepalived was told to carry.
    pub vips: Vec<IpAddr>,
}

impl Facts {
    /// The link that carries this address, and the length of the network's prefix there.
    pub fn interface_of(&self, address: IpAddr) -> Option<(&Link, u8)> {
        self.links.iter().find_map(|link| {
            let net = link.addresses.iter().find(|net| net.addr() == address)?;
            Some((link, net.prefix_len()))
        })
    }

    /// Whether the address is on one of the host's links: who holds a VIP, for instance.
    pub fn holds(&self, address: IpAddr) -> bool {
        self.interface_of(address).is_some()
    }

    /// The link through which the host reaches what it has no route for.
    pub fn default_link(&self) -> Option<&Link> {
        let route = self.default_routes.first()?;
        self.links.iter().find(|link| link.name == route.interface)
    }

    pub fn disk(&self, path: &str) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.path == path)
    }

    pub fn service_is_active(&self, unit: &str) -> bool {
        self.services.get(unit).is_some_and(|state| state == "active")
    }
}
