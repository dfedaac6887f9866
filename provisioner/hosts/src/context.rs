//! What templates and conditions of playbooks see. The reference is docs/playbooks.md.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ipnet::IpNet;
use provisioner_bundle::{Bundle, File};
use provisioner_pki::ClusterPki;
use provisioner_spec::{Cluster, Host, ProxyMode, Role};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use crate::authority::authority;
use crate::encryption::EncryptionKeys;
use crate::facts::{Facts, Module};
use crate::images::{is_for, is_superfluous, pause_image};
use crate::inventory::{Inventory, manifest};
use crate::leaving::Leaving;
use crate::moving::Moving;
use crate::platform::{self, vip_prefix};
use crate::secrets::Secrets;
use crate::security;
use crate::serving;
use crate::static_pods;
use crate::{EtcdClient, HostsError};

/// Where members of etcd meet.
const ETCD_PEER_PORT: u16 = 2380;

/// The highest priority of a VRRP router of ours; each further host has one less.
const HIGHEST_PRIORITY: usize = 150;

/// All that a context is made of, for one run.
pub(crate) struct Known<'a> {
    pub cluster: &'a Cluster,
    pub bundle: Option<&'a Bundle>,
    pub inventory: &'a Inventory,
    /// None in a run that brings no authorities and lets nobody join.
    pub secrets: Option<&'a Secrets>,
    /// The endpoint changes in this run.
    pub moving: Option<&'a Moving>,
    /// The host that is removed.
    pub leaving: Option<&'a Leaving>,
    /// What steps have registered, by name.
    pub registered: BTreeMap<String, Value>,
    pub run: &'a str,
}

impl Known<'_> {
    /// The context of one host.
    ///
    /// # Errors
    /// An authority whose certificate cannot be read.
    pub(crate) fn context(&self, host: &Host) -> Result<Value, HostsError> {
        let facts = self.inventory.facts.get(&host.name).cloned().unwrap_or_default();
        Ok(json!({
            "cluster": {"name": self.cluster.name},
            "run": {"id": self.run},
            "kubernetes": self.kubernetes(host, &facts),
            "security": self.security(),
            "network": self.network(),
            "dns": platform::dns(self.cluster),
            "edge": platform::edge(self.cluster, host, &facts),
            "nfs": platform::nfs(self.cluster, host),
            "localVolumes": platform::local_volumes(self.cluster, host),
            "monitored": platform::is_monitored(self.cluster),
            "containerd": self.containerd(),
            "endpoint": self.endpoint(),
            "host": self.host(host, &facts),
            "hosts": list(self.cluster.all_hosts()),
            "nodes": list(self.cluster.nodes()),
            "controlPlanes": list(self.cluster.control_planes().iter()),
            "members": list(self.cluster.control_planes().iter().filter(|host| self.inventory.has_joined(host))),
            "workers": list(self.cluster.workers().iter()),
            "edges": list(self.cluster.edge_nodes().iter()),
            "bundle": self.bundle_for(host.role),
            "pki": self.secrets.map(|secrets| pki(&secrets.pki, host)).transpose()?,
            "join": self.secrets.map(|secrets| self.join(secrets)),
            "leaving": self.leaving.map(leaving),
            "registered": self.registered,
        }))
    }

    fn kubernetes(&self, host: &Host, facts: &Facts) -> Value {
        let kubernetes = &self.cluster.kubernetes;
        let repository = &kubernetes.package_repository;
        let is_redhat = facts.os.family == crate::facts::Family::Redhat;
        let key = repository.key.clone().unwrap_or_else(|| {
            if is_redhat {
                beside(&repository.rpm, "repodata/repomd.xml.key")
            } else {
                beside(&repository.apt, "Release.key")
            }
        });
        json!({
            "version": kubernetes.version.to_string(),
            "minor": kubernetes.version.minor,
            "api": kubeadm_api(kubernetes.version.minor),
            "imageRepository": kubernetes.image_repository,
            "source": if self.bundle.is_some() { "bundle" } else { "repository" },
            "pauseImage": pause_image(self.cluster, self.bundle),
            "schedulableControlPlane": kubernetes.schedulable_control_plane,
            "ignoredPreflightErrors": self.ignored_preflight_errors(),
            "ignoredUpgradeErrors": self.ignored_upgrade_errors(),
            "dns": self.cluster.network.dns.enabled,
            "packageRepository": {"apt": repository.apt, "rpm": repository.rpm, "key": key},
            "kubelet": self.kubelet(),
            "kubeProxy": self.kube_proxy(),
            "apiServer": {"extraArgs": security::arguments(self.cluster, "apiServer", &kubernetes.api_server.extra_args)},
            "controllerManager": {"extraArgs": platform::arguments(self.cluster, "controllerManager", &kubernetes.controller_manager.extra_args)},
            "scheduler": {"extraArgs": platform::arguments(self.cluster, "scheduler", &kubernetes.scheduler.extra_args)},
            "etcd": {
                "extraArgs": platform::arguments(self.cluster, "etcd", &kubernetes.etcd.extra_args),
                "external": self.cluster.external_etcd().map(|etcd| json!({"endpoints": etcd.endpoints})),
                "files": self.etcd_files(host),
            },
            "patches": static_pods::patches(self.cluster),
            "unpatched": static_pods::unpatched(self.cluster),
            "manifest": manifest(self.cluster.external_etcd().is_some()),
            "certificates": {
                "hours": u64::from(kubernetes.certificates.validity_days) * 24,
                "authorityHours": u64::from(kubernetes.certificates.authority_validity_days) * 24,
            },
            "drainSeconds": kubernetes.upgrade.drain_seconds,
            "images": if host.role == Role::ControlPlane { "all" } else { "node" },
        })
    }

    /// What a control plane needs to be a client of an etcd that runs elsewhere.
    fn etcd_files(&self, host: &Host) -> Value {
        let secrets = self.secrets.filter(|_| host.role == Role::ControlPlane);
        let client = secrets.and_then(|secrets| secrets.etcd.as_ref());
        client.map_or_else(|| json!([]), EtcdClient::files)
    }

    /// What kubeadm's own preflight is not to refuse (cmd/kubeadm/app/preflight/checks.go).
    fn ignored_preflight_errors(&self) -> Vec<&'static str> {
        let mut ignored = Vec::new();
        // Before 1.31 it asks for the image of CoreDNS though that is skipped.
        if !self.cluster.network.dns.enabled {
            ignored.push("ImagePull");
        }
        // A kubelet that may run on cgroup v1 is not enough for it: the check has to be skipped too.
        if self.cluster.kubernetes.kubelet.get("failCgroupV1") == Some(&Value::Bool(false)) {
            ignored.push("SystemVerification");
        }
        ignored
    }

    /// The same of an upgrade. It tries whether a Job can run, on any node: ours may be cordoned.
    fn ignored_upgrade_errors(&self) -> Vec<&'static str> {
        let mut ignored = self.ignored_preflight_errors();
        ignored.push("CreateJob");
        // It looks for the version of a CoreDNS that is not there.
        if !self.cluster.network.dns.enabled {
            ignored.extend(["CoreDNSUnsupportedPlugins", "CoreDNSMigration"]);
        }
        ignored
    }

    fn kubelet(&self) -> Value {
        let dns = &self.cluster.network.dns;
        let document = json!({
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "cgroupDriver": "systemd",
            "clusterDNS": [platform::pods_dns(self.cluster)],
            "clusterDomain": dns.domain,
        });
        let strict = security::kubelet(self.cluster);
        overlaid(overlaid(document, &strict), &self.cluster.kubernetes.kubelet)
    }

    fn kube_proxy(&self) -> Value {
        let mut document = json!({
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": self.cluster.network.proxy.mode,
        });
        if platform::is_monitored(self.cluster) {
            let everywhere = SocketAddr::new(platform::any_address(self.cluster), 10249);
            document["metricsBindAddress"] = json!(everywhere);
        }
        if self.cluster.network.proxy.mode == ProxyMode::Ipvs {
            // Load balancers in the cluster (MetalLB, kube-vip) need it, and it does no harm otherwise.
            document["ipvs"] = json!({"strictARP": true});
        }
        overlaid(document, &self.cluster.kubernetes.kube_proxy)
    }

    fn security(&self) -> Value {
        let security = &self.cluster.security;
        let keys = self.secrets.and_then(|secrets| secrets.encryption.as_ref());
        json!({
            "audit": security.audit.enabled,
            "encryption": security.encryption.enabled,
            "keys": keys.map(EncryptionKeys::context),
        })
    }

    fn network(&self) -> Value {
        let network = &self.cluster.network;
        json!({
            "podCidr": network.pod_cidr,
            "serviceCidr": network.service_cidr,
            "ipv4": family(network.pod_cidr.ipv4(), network.service_cidr.ipv4()),
            "ipv6": family(network.pod_cidr.ipv6(), network.service_cidr.ipv6()),
            "dualStack": network.is_dual_stack(),
            "plugin": network.plugin,
            "proxyMode": network.proxy.mode,
            "dnsDomain": network.dns.domain,
            "dnsAddress": network.dns.address,
        })
    }

    fn containerd(&self) -> Value {
        let containerd = &self.cluster.runtime.containerd;
        let mirror = |(registry, hosts): (&String, &Vec<String>)| json!({"registry": registry, "hosts": hosts});
        json!({
            "mirrors": containerd.mirrors.iter().map(mirror).collect::<Vec<_>>(),
            "proxy": containerd.proxy.as_ref().map(|proxy| {
                json!({"http": proxy.http, "https": proxy.https, "noProxy": proxy.no_proxy})
            }),
            "settings": containerd.settings,
        })
    }

    fn endpoint(&self) -> Value {
        let endpoint = &self.cluster.hosts.api_endpoint;
        let wanted = authority(&endpoint.address, endpoint.port);
        json!({
            "address": endpoint.address,
            "port": endpoint.port,
            "authority": wanted,
            "vip": endpoint.vip,
            "managed": endpoint.vip.is_some(),
            "separate": self.cluster.has_separate_load_balancers(),
            "redundant": self.cluster.control_planes().len() > 1,
            "routerId": endpoint.router_id,
            "certSans": serving::names_of_all(self.cluster, self.moving),
            "moves": self.moving.is_some(),
            "formerVips": self.moving.map_or(&BTreeSet::new(), |moving| &moving.vips),
            "formerPorts": self.moving.map_or(&BTreeSet::new(), |moving| &moving.ports),
            "stored": self.moving.and_then(|moving| moving.former.first()).unwrap_or(&wanted),
        })
    }

    /// Whether `HAProxy` and keepalived are on a host.
    fn balances(&self, host: &Host) -> bool {
        let balancers = self.cluster.load_balancers();
        let api = balancers.iter().any(|balancer| balancer.name == host.name);
        api || platform::balances_edge(self.cluster, host)
    }

    fn host(&self, host: &Host, facts: &Facts) -> Value {
        let all = if host.role == Role::LoadBalancer {
            &self.cluster.hosts.load_balancers
        } else {
            self.cluster.control_planes()
        };
        let index = all.iter().position(|other| other.name == host.name).unwrap_or_default();
        let link = facts.interface_of(host.address);
        let interface = host
            .interface
            .clone()
            .or_else(|| self.cluster.hosts.api_endpoint.interface.clone())
            .or_else(|| link.map(|(link, _)| link.name.clone()));
        let peers = all.iter().filter(|other| other.name != host.name).map(|other| other.address);
        let modules = facts.kernel.modules.iter().filter(|(_, state)| **state != Module::Absent);
        json!({
            "name": host.name,
            "address": host.address,
            "addresses": host.addresses().collect::<Vec<_>>(),
            "nodeIp": host.addresses().map(|address| address.to_string()).collect::<Vec<_>>().join(","),
            "loopback": loopback(host),
            "role": host.role,
            "loadBalancer": self.balances(host),
            "index": index,
            "priority": HIGHEST_PRIORITY.saturating_sub(index),
            "interface": interface,
            "prefix": vip_prefix(host, link.map(|(_, prefix)| prefix)),
            "labels": host.labels,
            "taints": host.taints,
            "kubeletClient": self.secrets.and_then(|secrets| secrets.kubelets.get(&host.name)).map(ExposeSecret::expose_secret),
            "staleCertificate": serving::stale_certificate(self.cluster, self.moving, host, facts),
            "peers": peers.collect::<Vec<_>>(),
            "first": self.inventory.first_control_plane(self.cluster).is_some_and(|first| first.name == host.name),
            "os": {"family": facts.os.family.name(), "id": facts.os.id, "codename": facts.os.codename},
            "arch": facts.architecture.name(),
            "cgroup": facts.cgroup.as_ref().map_or(0, |cgroup| cgroup.version),
            "modules": modules.map(|(name, _)| name).collect::<Vec<_>>(),
        })
    }

    fn bundle_for(&self, role: Role) -> Value {
        let Some(bundle) = self.bundle else {
            return json!({
                "binaries": [], "clients": [], "nodePrograms": [], "cni": [], "images": [], "debs": [],
            });
        };
        let placed = |files: Vec<&File>, folder: &str| -> Vec<Value> {
            let name = |file: &File| file.path.file_name().map(|name| format!("{folder}/{name}"));
            let placed = |file: &File| {
                json!({
                    "path": file.path,
                    "name": file.path.file_name(),
                    "dest": name(file),
                    "sha256": file.sha256,
                })
            };
            files.into_iter().map(placed).collect()
        };
        let binaries = bundle.binaries().filter(|file| file.path.file_name() != Some("helm"));
        let binaries: Vec<&File> = binaries.collect();
        let is_client = |file: &File| matches!(file.path.file_name(), Some("kubeadm" | "kubectl"));
        let (clients, programs): (Vec<&File>, Vec<&File>) =
            binaries.iter().partition(|file| is_client(file));
        let images = bundle.images().iter().flat_map(|image| {
            let is_wanted = |reference: &&String| {
                is_for(reference, role) && !is_superfluous(reference, self.cluster)
            };
            let wanted = image.references.iter().filter(is_wanted);
            wanted.map(|reference| json!({"reference": reference, "path": image.file}))
        });
        json!({
            "binaries": placed(binaries, "/usr/local/bin"),
            "clients": placed(clients, "/usr/local/bin"),
            "nodePrograms": placed(programs, "/usr/local/bin"),
            "cni": placed(bundle.cni_plugins().collect(), "/opt/cni/bin"),
            "images": images.collect::<Vec<_>>(),
            "debs": placed(bundle.debs().collect(), "/var/lib/provisioner/debs"),
        })
    }

    fn join(&self, secrets: &Secrets) -> Value {
        let Secrets { pki, join, .. } = secrets;
        let endpoint = &self.cluster.hosts.api_endpoint;
        // JSON is YAML, which is what a kubeconfig is.
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self.cluster.name, "cluster": {
                "certificate-authority-data": BASE64_STANDARD.encode(&pki.ca.cert_pem),
                "server": format!("https://{}", authority(&endpoint.address, endpoint.port)),
            }}],
            "users": [{"name": "join", "user": {"token": join.token.expose_secret()}}],
            "contexts": [{"name": "join", "context": {"cluster": self.cluster.name, "user": "join"}}],
            "current-context": "join",
        });
        json!({
            "needed": join.needed,
            "token": join.token.expose_secret(),
            "tokenId": join.token_id,
            "tokenManifest": join.manifest.expose_secret(),
            "kubeconfig": kubeconfig.to_string(),
        })
    }
}

fn pki(pki: &ClusterPki, host: &Host) -> Result<Value, HostsError> {
    let files = if host.role == Role::ControlPlane { pki.files() } else { Vec::new() };
    let file = |file: provisioner_pki::PkiFile| {
        json!({
            "path": file.path,
            "contents": file.contents.expose_secret(),
            "mode": format!("{:04o}", file.mode),
            "secret": file.secret,
        })
    };
    Ok(json!({
        "files": files.into_iter().map(file).collect::<Vec<_>>(),
        "caCertificate": pki.ca.cert_pem,
        "caHash": pki.ca_hash()?,
    }))
}

fn leaving(leaving: &Leaving) -> Value {
    let Leaving { host, drain, reachable, .. } = leaving;
    json!({
        "name": host.name,
        "address": host.address,
        "role": host.role,
        "reachable": reachable,
        "peer": authority(&host.address.to_string(), ETCD_PEER_PORT),
        "drainTimeout": drain.timeout.as_secs(),
        "forceDrain": drain.force,
    })
}

/// The ranges of one family, if the cluster has it.
fn family(pods: Option<IpNet>, services: Option<IpNet>) -> Value {
    pods.map_or(Value::Null, |pods| json!({"podCidr": pods, "serviceCidr": services}))
}

/// Where kubeadm has etcd listen beside its host's address (`GetEtcdPodSpec` in its app/phases/etcd), as it
/// stands in a URL.
pub(crate) fn loopback(host: &Host) -> &'static str {
    if host.address.is_ipv4() { "127.0.0.1" } else { "[::1]" }
}

/// Which kubeadm configuration a minor version of 1 understands best.
fn kubeadm_api(minor: u64) -> &'static str {
    match minor {
        ..=21 => "v1beta2",
        22..=30 => "v1beta3",
        _ => "v1beta4",
    }
}

fn beside(base: &str, name: &str) -> String {
    format!("{}/{name}", base.trim_end_matches('/'))
}

fn list<'a>(hosts: impl Iterator<Item = &'a Host>) -> Vec<Value> {
    hosts
        .map(|host| {
            json!({
                "name": host.name,
                "address": host.address,
                "addresses": host.addresses().collect::<Vec<_>>(),
                "role": host.role,
                "labels": host.labels,
                "taints": host.taints,
            })
        })
        .collect()
}

fn overlaid(mut document: Value, over: &Map<String, Value>) -> Value {
    for (key, value) in over {
        document[key] = value.clone();
    }
    document
}
