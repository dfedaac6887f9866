//! A cluster whose hosts answer from fixtures.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ipnet::IpNet;
use provisioner_bundle::Bundle;
use provisioner_engine::{
    Dispatcher, Events, Mode, PlanError, Planner as _, Redactor, Registered, Stage,
};
use provisioner_pki::ClusterPki;
use provisioner_playbook::{Assets, Library};
use provisioner_spec::{Cluster, Host, Role};
use provisioner_ssh::HostKeyPolicy;
use secrecy::{ExposeSecret, SecretString};

use super::recorded::Kept;
use crate::facts::{self, Facts};
use crate::inventory::Inventory;
use crate::leaving::Leaving;
use crate::planner::{HostsPlanner, Purpose};
use crate::{Access, EtcdClient, HostAction, Secrets, Site};

/// What a fresh Debian host says.
const FRESH: &str = include_str!("../facts/fixtures/fresh.txt");
pub(super) const LAB: &str = include_str!("../../../../cluster-specs/lab.yaml");
/// The answer to the survey.
const NODES: &str = r#"[{"name":"m1","podCIDR":"10.244.0.0/24","internalIP":"172.30.0.11"},{"name":"m2","podCIDR":"10.244.1.0/24","internalIP":"172.30.0.12"},{"name":"m3","podCIDR":"10.244.2.0/24","internalIP":"172.30.0.13"},{"name":"w1","podCIDR":"10.244.3.0/24","internalIP":"172.30.0.21"},{"name":"w2","podCIDR":"10.244.4.0/24","internalIP":"172.30.0.22"},{"name":"e1","podCIDR":"10.244.5.0/24","internalIP":"172.30.0.31"}]"#;

/// The same for the ranges and hosts of a cluster that has IPv6: kubectl prints a space between several.
pub(super) fn nodes_of(cluster: &Cluster) -> String {
    let ranges = cluster.network.pod_cidr;
    if ranges.ipv6().is_none() {
        return NODES.to_owned();
    }
    let node = |(index, host): (usize, &Host)| {
        let own = ranges.all().map(|range| match range {
            IpNet::V4(_) => format!("10.244.{index}.0/24"),
            IpNet::V6(_) => format!("fd00:10:244:{index}::/64"),
        });
        let addresses = host.addresses().map(|address| address.to_string());
        serde_json::json!({
            "name": host.name,
            "podCIDR": own.collect::<Vec<_>>().join(" "),
            "internalIP": addresses.collect::<Vec<_>>().join(" "),
        })
    };
    cluster.nodes().enumerate().map(node).collect::<serde_json::Value>().to_string()
}

/// What a host says of its link, with the addresses that the spec gives it.
fn with_addresses(says: &str, host: &Host) -> String {
    let (address, route) =
        ("2: eth0    inet ADDRESS/24 brd 172.30.0.255", "default via 172.30.0.1 dev eth0 ");
    assert!(says.contains(address) && says.contains(route));
    let route6 = "default via fd00:172:30::1 dev eth0 metric 1024 pref medium";
    let address6 = |address: &str| format!("2: eth0    inet6 {address}/64");
    match (host.address, host.secondary_address) {
        (IpAddr::V6(_), None) => says.replace(address, &address6("ADDRESS")).replace(route, route6),
        (_, Some(second)) => says
            .replace(address, &format!("{} scope global\n{address}", address6(&second.to_string())))
            .replace(route, &format!("{route}\n{route6}")),
        (IpAddr::V4(_), None) => says.to_owned(),
    }
}

pub(super) struct World {
    pub(super) site: Arc<Site>,
    /// What each host that is reached says of itself.
    pub(super) answers: BTreeMap<String, String>,
}

/// All stages of a run as they were planned.
pub(super) struct Planned {
    pub(super) stages: Vec<(String, Result<Stage<HostAction>, PlanError>)>,
    pub(super) notes: Vec<String>,
}

impl World {
    /// The lab with its bundle, on fresh hosts.
    pub(super) fn lab() -> Self {
        Self::of(LAB)
    }

    /// The lab with two load balancers in front of it.
    pub(super) fn balanced_lab() -> Self {
        let endpoint = "    apiEndpoint: {vip: 172.30.0.100, port: 8443}\n";
        let balancers = "    apiEndpoint: {vip: 172.30.0.100}\n    loadBalancers:\n      \
                         - {name: lb1, address: 172.30.0.5}\n      - {name: lb2, address: 172.30.0.6}\n";
        assert!(LAB.contains(endpoint));
        Self::of(&LAB.replace(endpoint, balancers))
    }

    /// A spec with its bundle, on fresh hosts.
    pub(super) fn of(spec: &str) -> Self {
        let cluster = provisioner_spec::parse(spec, "lab.yaml");
        let cluster = cluster.unwrap_or_else(|error| panic!("{}", error.render(false)));
        let bundle = bundle(&cluster, false);
        Self::new(cluster, Some(bundle))
    }

    pub(super) fn new(cluster: Cluster, bundle: Option<Bundle>) -> Self {
        let now = jiff::Timestamp::now();
        let answers = cluster.all_hosts().enumerate().map(|(index, host)| {
            let text = with_addresses(FRESH, host)
                .replace("ADDRESS", &host.address.to_string())
                .replace("INDEX", &index.to_string())
                .replace("time 1795155921087822562", &format!("time {}", now.as_nanosecond()))
                .replace("hostname NAME", &format!("hostname {}", host.name))
                .replace("NAME 0 10", &format!("{} 0 10", host.name));
            (host.name.clone(), text)
        });
        let answers = answers.collect();
        Self { site: Arc::new(site(cluster, bundle)), answers }
    }

    /// The host says these lines of a section, beside what it says already.
    pub(super) fn says(&mut self, host: &str, section: &str, lines: &str) {
        let heading = format!("## {section}\n");
        let text = self.answers.get_mut(host).unwrap();
        if text.contains(&heading) {
            *text = text.replace(&heading, &format!("{heading}{lines}\n"));
        } else {
            *text = text.replace("## end\n", &format!("{heading}{lines}\n## end\n"));
        }
    }

    /// The host was once told its cluster.
    pub(super) fn belongs(&mut self, host: &str) {
        let name = self.site.cluster.name.clone();
        self.says(host, "host", &format!("cluster {name}"));
    }

    /// The host has files of a set of authorities.
    pub(super) fn has_pki(&mut self, host: &str, pki: &ClusterPki, files: &[&str]) {
        for file in pki.files() {
            let name = file.path.strip_prefix("/etc/kubernetes/pki/").unwrap();
            if files.is_empty() || files.contains(&name) {
                self.says(host, &format!("pki {name}"), file.contents.expose_secret().trim());
            }
        }
    }

    /// The host is a member of the cluster with these authorities.
    pub(super) fn joins(&mut self, host: &str, pki: &ClusterPki) {
        let role = self.site.cluster.host(host).unwrap().role;
        self.belongs(host);
        if role == Role::LoadBalancer {
            self.says(host, "host", "ledger yes");
            self.says(host, "services", "haproxy active\nkeepalived active");
            return;
        }
        let endpoint = self.site.cluster.hosts.api_endpoint.clone();
        let server = format!("kubelet-server https://{}:{}", endpoint.address, endpoint.port);
        let mut lines = vec![
            server.as_str(),
            "path /etc/kubernetes/kubelet.conf",
            "path /var/lib/provisioner/joined",
        ];
        if role == Role::ControlPlane {
            if self.site.cluster.external_etcd().is_none() {
                lines.push("path /etc/kubernetes/manifests/etcd.yaml");
            }
            lines.push("path /etc/kubernetes/manifests/kube-apiserver.yaml");
            self.has_pki(host, pki, &[]);
        }
        self.says(host, "kubernetes", &lines.join("\n"));
    }

    pub(super) fn all_join(&mut self, pki: &ClusterPki) {
        let names: Vec<String> =
            self.site.cluster.all_hosts().map(|host| host.name.clone()).collect();
        for name in names {
            self.joins(&name, pki);
        }
    }

    pub(super) fn inventory(&self) -> Inventory {
        let facts = self.answers.iter().map(|(name, text)| (name.clone(), facts::parse(text)));
        let facts = facts.collect::<BTreeMap<String, Facts>>();
        Inventory { facts, external_etcd: self.site.cluster.external_etcd().is_some() }
    }

    /// Plans every stage, all answers being those of the hosts.
    pub(super) fn plan(&self, mode: Mode, purpose: Purpose) -> Planned {
        let kept = Kept::default();
        let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
        let stages = self.stages(self.planner(mode, purpose, &dispatcher.events()));
        assert!(dispatcher.finish().is_empty());
        Planned { stages, notes: kept.notes() }
    }

    /// The same for what somebody is then asked about.
    pub(super) fn preview(&self, purpose: Purpose) -> Planned {
        let kept = Kept::default();
        let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
        let mut planner = self.planner(Mode::Check, purpose, &dispatcher.events());
        planner.refuse_in_check_mode();
        let stages = self.stages(planner);
        assert!(dispatcher.finish().is_empty());
        Planned { stages, notes: kept.notes() }
    }

    /// The same for a host that leaves the site.
    pub(super) fn plan_without(&self, mode: Mode, leaving: Leaving) -> Planned {
        let kept = Kept::default();
        let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
        let planner = self.planner(mode, Purpose::Remove, &dispatcher.events());
        let stages = self.stages(planner.without(leaving));
        assert!(dispatcher.finish().is_empty());
        Planned { stages, notes: kept.notes() }
    }

    fn planner(&self, mode: Mode, purpose: Purpose, events: &Events) -> HostsPlanner {
        let run = "20261120-061530-4f2a".to_owned();
        HostsPlanner::new(Arc::clone(&self.site), mode, purpose, run, events.clone()).unwrap()
    }

    fn stages(
        &self,
        mut planner: HostsPlanner,
    ) -> Vec<(String, Result<Stage<HostAction>, PlanError>)> {
        let nodes = nodes_of(&self.site.cluster);
        let mut registered = Registered::default();
        let mut stages = Vec::new();
        for name in planner.stage_names() {
            let stage = planner.plan(&name, &registered);
            for task in stage.iter().flat_map(|stage| &stage.tasks) {
                let answer = match name.as_str() {
                    "connect" | "review" => {
                        self.answers.get(&task.target).map(|text| ("facts", &**text))
                    }
                    "probe" => Some(("probe", "routers eth0\nend\n")),
                    "survey" => Some(("nodes", nodes.as_str())),
                    _ => None,
                };
                if let Some((name, text)) = answer {
                    registered.insert(&task.target, name, text);
                }
            }
            stages.push((name, stage));
        }
        stages
    }
}

/// `stage`, then each task: hosts with the same steps together, with whom they come after.
impl std::fmt::Display for Planned {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, stage) in &self.stages {
            let stage = match stage {
                Err(error) => {
                    writeln!(formatter, "{name}: {error}")?;
                    continue;
                }
                Ok(stage) if stage.tasks.is_empty() => continue,
                Ok(stage) => stage,
            };
            writeln!(formatter, "{name}")?;
            let mut tasks: Vec<(Vec<String>, Vec<String>)> = Vec::new();
            for task in &stage.tasks {
                let steps =
                    task.steps.iter().map(|step| format!("{}: {}", step.playbook, step.name));
                let steps: Vec<String> = steps.collect();
                let mut host = task.target.clone();
                if !task.after.is_empty() {
                    host.push_str(&format!(" (after {})", task.after.join(", ")));
                }
                match tasks.iter_mut().find(|(_, same)| *same == steps) {
                    Some((hosts, _)) => hosts.push(host),
                    None => tasks.push((vec![host], steps)),
                }
            }
            for (hosts, steps) in tasks {
                writeln!(formatter, "  {}", hosts.join(", "))?;
                for step in steps {
                    writeln!(formatter, "    {step}")?;
                }
            }
        }
        Ok(())
    }
}

pub(super) fn site(cluster: Cluster, bundle: Option<Bundle>) -> Site {
    let etcd = cluster.external_etcd().map(|_| EtcdClient {
        ca: "THE AUTHORITY OF ETCD\n".into(),
        certificate: "A CERTIFICATE FOR ETCD\n".into(),
        key: "A PRIVATE KEY FOR ETCD\n".to_owned().into(),
    });
    let library = Library::load(Assets::embedded()).unwrap();
    Site { cluster, library, bundle, access: access(), etcd }
}

/// A user without keys, configuration and agent.
pub(super) fn access() -> Access {
    Access {
        user: "me".into(),
        home: "/nonexistent".into(),
        ssh_config: String::new(),
        known_hosts: Vec::new(),
        agent: None,
        host_keys: HostKeyPolicy::Refuse,
        secrets: Secrets::default(),
        parallelism: NonZeroUsize::MIN,
    }
}

/// A bundle's list, without the files; with the distribution's packages if those are asked for.
pub(super) fn bundle(cluster: &Cluster, with_packages: bool) -> Bundle {
    let (version, repository) = (&cluster.kubernetes.version, &cluster.kubernetes.image_repository);
    let mut files: Vec<String> =
        ["cni/bridge", "cni/portmap", "crictl", "helm", "kubeadm", "kubelet"]
            .map(|name| format!("bin/{name}"))
            .into();
    let component = |name: &str| (name.to_owned(), format!("{repository}/{name}:v{version}"));
    let mut images: Vec<(String, String)> =
        ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"]
            .map(component)
            .into();
    for (name, reference) in [("etcd", "etcd:3.6.6-0"), ("pause", "pause:3.10.2")] {
        images.push((name.to_owned(), format!("{repository}/{reference}")));
    }
    images.push(("coredns".to_owned(), format!("{repository}/coredns/coredns:v1.13.1")));
    files.extend(images.iter().map(|(name, _)| format!("images/{name}.tar")));
    if with_packages {
        files.push("debs/conntrack_1.4.7-1_amd64.deb".to_owned());
    }
    let mut text = format!(
        "apiVersion: provisioner.dev/v1alpha1\nkind: Bundle\nkubernetesVersion: {version}\n\
         architecture: amd64\nfiles:\n"
    );
    for (index, path) in files.iter().enumerate() {
        text.push_str(&format!(
            "- {{path: {path}, sha256: \"{index:064x}\", size: {}}}\n",
            index + 1000
        ));
    }
    text.push_str("images:\n");
    for (name, reference) in images {
        let id = format!("{:064x}", name.len());
        text.push_str(&format!(
            "- {{references: [\"{reference}\"], file: images/{name}.tar, id: \"sha256:{id}\"}}\n"
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    fs_err::write(folder.join(provisioner_bundle::MANIFEST_NAME), text).unwrap();
    provisioner_bundle::open(folder).unwrap()
}

/// The authorities that kubeadm once made: always the same.
pub(super) fn kubeadms_pki() -> ClusterPki {
    let folder =
        Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../pki/tests/data/kubeadm"));
    let file = |path: &&str| {
        let name = path.strip_prefix("/etc/kubernetes/pki/").unwrap();
        let text = fs_err::read_to_string(folder.join(name)).unwrap();
        ((*path).to_owned(), SecretString::from(text))
    };
    let files = provisioner_pki::PKI_FILES.iter().map(file).collect();
    ClusterPki::from_files(&files).unwrap().unwrap()
}

/// Other ones.
pub(super) fn new_pki() -> ClusterPki {
    let year = std::time::Duration::from_hours(8760);
    ClusterPki::generate(jiff::Timestamp::now(), year).unwrap()
}
