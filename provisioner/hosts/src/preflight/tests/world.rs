use crate::facts::{self, Facts, Process, Protocol, Socket, Window};
use crate::preflight::{Finding, Input, Outcome, Path, Probe, Severity, Supply, check};
use jiff::ToSpan;
use provisioner_spec::Cluster;
use std::collections::BTreeMap;

pub(in crate::preflight) const SPEC: &str = "
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes: {version: 1.36.2}
  network: {plugin: bridge}
  hosts:
    apiEndpoint: {vip: 172.30.0.100, port: 8443}
    controlPlane:
      - {name: m1, address: 172.30.0.11}
      - {name: m2, address: 172.30.0.12}
      - {name: m3, address: 172.30.0.13}
    workers:
      - {name: w1, address: 172.30.0.21}
";

/// What a fresh host with nothing wrong says.
const FRESH: &str = include_str!("../../facts/fixtures/fresh.txt");

/// Hosts with which nothing is wrong, until a test sees to it.
pub(in crate::preflight) struct World {
    pub(in crate::preflight) cluster: Cluster,
    pub(in crate::preflight) facts: BTreeMap<String, Facts>,
    pub(in crate::preflight) probes: BTreeMap<String, Probe>,
    pub(in crate::preflight) images: Vec<String>,
    pub(in crate::preflight) bundle: Option<Supply>,
}

impl World {
    pub(in crate::preflight) fn healthy() -> Self {
        Self::healthy_as(SPEC)
    }

    /// The same with the hosts of another spec.
    pub(in crate::preflight) fn healthy_as(spec: &str) -> Self {
        let cluster = provisioner_spec::parse(spec, "spec.yaml").expect("a valid spec");
        let hosts = || cluster.all_hosts().enumerate();
        let facts = hosts().map(|(index, host)| {
            (host.name.clone(), fresh(index, &host.address.to_string(), &host.name))
        });
        let probe = Probe { complete: true, routers: Some(Vec::new()), ..Probe::default() };
        let probes = hosts().map(|(_, host)| (host.name.clone(), probe.clone())).collect();
        Self { facts: facts.collect(), probes, images: Vec::new(), bundle: None, cluster }
    }

    /// The same hosts with the cluster running on them.
    pub(in crate::preflight) fn converged() -> Self {
        let mut world = Self::healthy();
        for facts in world.facts.values_mut() {
            facts.cluster = Some("prod".into());
            facts.services.insert("kubelet".into(), "active".into());
            facts.kubernetes.paths = vec![
                "/etc/kubernetes/kubelet.conf".into(),
                "/etc/cni/net.d/10-bridge.conflist".into(),
            ];
            facts.kubernetes.kubelet_server = Some("https://172.30.0.100:8443".into());
            facts.kubernetes.certificate_authority = Some("PEM".into());
            listen(facts, 10250, "kubelet");
        }
        let first = world.host("m1");
        for (port, owner) in [
            (6443, "kube-apiserver"),
            (2379, "etcd"),
            (8443, "haproxy"),
            (10257, "kube-controller"),
        ] {
            listen(first, port, owner);
        }
        first.kubernetes.kubelet_server = Some("https://172.30.0.11:6443".into());
        first.links[1].addresses.push("172.30.0.100/32".parse().unwrap());
        world
    }

    pub(in crate::preflight) fn host(&mut self, name: &str) -> &mut Facts {
        self.facts.get_mut(name).expect("a host of the spec")
    }

    pub(in crate::preflight) fn probe(&mut self, name: &str) -> &mut Probe {
        self.probes.get_mut(name).expect("a host of the spec")
    }

    pub(in crate::preflight) fn input(&self) -> Input<'_> {
        Input {
            cluster: &self.cluster,
            facts: &self.facts,
            probes: &self.probes,
            images: &self.images,
            bundle: self.bundle.as_ref(),
        }
    }

    pub(in crate::preflight) fn findings(&self) -> Vec<Finding> {
        check(&self.input())
    }

    /// `id severity host,host: message`, one line per finding.
    pub(in crate::preflight) fn lines(&self) -> Vec<String> {
        let line = |finding: Finding| {
            let hosts = finding.hosts.join(",");
            format!("{} {} {hosts}: {}", finding.check, finding.severity, finding.message)
        };
        self.findings().into_iter().map(line).collect()
    }

    pub(in crate::preflight) fn errors(&self) -> usize {
        self.findings().iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

fn fresh(index: usize, address: &str, name: &str) -> Facts {
    let text = FRESH
        .replace("ADDRESS", address)
        .replace("NAME", name)
        .replace("INDEX", &index.to_string());
    let mut facts = facts::parse(&text);
    let time = facts.clock.time.expect("the fixture has a time");
    facts.clock.asked = Some(Window { sent: time - 1.second(), received: time + 1.second() });
    facts
}

pub(in crate::preflight) fn listen(facts: &mut Facts, port: u16, name: &str) {
    let process = Some(Process { name: name.into(), pid: 700 });
    facts.sockets.push(Socket { protocol: Protocol::Tcp, address: None, port, process });
}

pub(in crate::preflight) fn path(to: &str, port: u16, outcome: Outcome) -> Path {
    Path { to: to.into(), port, outcome }
}

pub(in crate::preflight) fn supply() -> Supply {
    Supply {
        version: "1.36.2".parse().expect("a version"),
        architecture: "amd64".into(),
        images: vec!["registry.k8s.io/pause:3.10.2".into()],
    }
}
