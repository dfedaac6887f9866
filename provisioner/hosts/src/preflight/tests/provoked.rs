//! Every check, made to fire by one change to hosts with which nothing is wrong.

use super::world::{World, listen, path, supply};
use crate::facts::{Architecture, Lookup, Module, Program};
use crate::preflight::{Etcd, Neighbour, Outcome, Registry, Vrrp, catalogue};
use jiff::ToSpan;
use std::collections::BTreeSet;

struct Provocation {
    id: &'static str,
    change: fn(&mut World),
    /// What the check then says: severity, hosts and message.
    says: &'static str,
}

fn program(version: &str) -> Program {
    Program { version: version.into(), says: version.into() }
}

fn has_external_etcd(world: &mut World) {
    world.cluster.kubernetes.etcd.external = Some(provisioner_spec::ExternalEtcd {
        endpoints: vec!["https://10.1.0.5:2379".into()],
        ca: "ca.crt".into(),
        certificate: "client.crt".into(),
        key: "client.key".into(),
    });
}

const PROVOCATIONS: &[Provocation] = &[
    Provocation {
        id: "host-answers",
        change: |world| world.host("w1").complete = false,
        says: "error w1: it stopped answering before it had said everything",
    },
    Provocation {
        id: "root",
        change: |world| world.host("m1").uid = Some(1000),
        says: "error m1: commands run as uid 1000",
    },
    Provocation {
        id: "operating-system",
        change: |world| {
            let os = &mut world.host("w1").os;
            os.family = crate::facts::Family::Other;
            os.pretty = "Alpine Linux v3.20".into();
        },
        says: "error w1: Alpine Linux v3.20 is not supported",
    },
    Provocation {
        id: "architecture",
        change: |world| world.host("w1").architecture = Architecture::Other("riscv64".into()),
        says: "error w1: its architecture is riscv64",
    },
    Provocation {
        id: "systemd",
        change: |world| world.host("w1").systemd = false,
        says: "error w1: it was not booted with systemd",
    },
    Provocation {
        id: "package-manager",
        change: |world| world.host("w1").package_manager = None,
        says: "error w1: neither apt-get nor dnf is there",
    },
    Provocation {
        id: "memory",
        change: |world| world.host("m2").memory_mib = 1699,
        says: "error m2: 1699 MiB of memory, and a control plane needs 1700",
    },
    Provocation {
        id: "cpus",
        change: |world| world.host("m2").cpus = 1,
        says: "error m2: CPUs: 1, and a control plane needs 2",
    },
    Provocation {
        id: "disk-space",
        change: |world| world.host("m1").disks[2].free_mib = 511,
        says: "error m1: /var/lib/etcd has 511 MiB free, and 512 are needed",
    },
    Provocation {
        id: "disk-pressure",
        change: |world| world.host("w1").disks[3].free_mib = 5000,
        says: "warning w1: /var/lib/containerd is 12 % free, and below 15 % the kubelet begins to evict pods",
    },
    Provocation {
        id: "swap",
        change: |world| world.host("w1").swaps.push("/dev/sda2".into()),
        says: "warning w1: swap is on (/dev/sda2); `up` turns it off",
    },
    Provocation {
        id: "cgroup-version",
        change: |world| world.host("w1").cgroup.as_mut().unwrap().version = 1,
        says: "error w1: it has cgroup v1, which the kubelet of 1.36.2 refuses",
    },
    Provocation {
        id: "cgroup-controllers",
        change: |world| {
            world.host("w1").cgroup.as_mut().unwrap().controllers.retain(|name| name != "memory");
        },
        says: "error w1: cgroup controllers are missing: memory",
    },
    Provocation {
        id: "kernel-version",
        change: |world| {
            world.cluster.network.proxy.mode = provisioner_spec::ProxyMode::Iptables;
            world.host("w1").kernel.release = "4.18.0-553.el8".into();
        },
        says: "warning w1: Linux 4.18.0-553.el8 is older than 4.19",
    },
    Provocation {
        id: "kernel-modules",
        change: |world| {
            world.host("w1").kernel.modules.insert("br_netfilter".into(), Module::Absent);
        },
        says: "error w1: its kernel lacks br_netfilter",
    },
    Provocation {
        id: "proxy-mode",
        change: |world| {
            world.cluster.network.proxy.mode = provisioner_spec::ProxyMode::Ipvs;
            // Before that mode was deprecated.
            world.cluster.kubernetes.version = "1.34.1".parse().unwrap();
            world.host("w1").kernel.modules.insert("ip_vs_rr".into(), Module::Absent);
        },
        says: "error w1: proxy mode ipvs: its kernel lacks ip_vs_rr",
    },
    Provocation {
        id: "same-machine",
        change: |world| world.host("w1").boot_id = world.host("m1").boot_id.clone(),
        says: "error m1,w1: they are one and the same machine",
    },
    Provocation {
        id: "hostname-duplicate",
        change: |world| world.host("w1").hostname = "m1".into(),
        says: "warning m1,w1: all call themselves m1; `up` names them as the spec does",
    },
    Provocation {
        id: "machine-id",
        change: |world| {
            world.host("m3").machine_id = Some("beef".into());
            world.host("w1").machine_id = Some("beef".into());
        },
        says: "error m3,w1: they share the machine-id beef",
    },
    Provocation {
        id: "product-uuid",
        change: |world| {
            world.host("m3").product_uuid = Some("4c4c".into());
            world.host("w1").product_uuid = Some("4c4c".into());
        },
        says: "error m3,w1: they share the product_uuid 4c4c",
    },
    Provocation {
        id: "mac-address",
        change: |world| {
            world.host("m2").links[1].mac = Some("52:54:00:aa:00:10".into());
        },
        says: "error m1,m2: they share the MAC address 52:54:00:aa:00:10",
    },
    Provocation {
        id: "clock-skew",
        change: |world| {
            let clock = &mut world.host("w1").clock;
            clock.time = clock.time.map(|time| time + 33.seconds());
        },
        says: "error w1: its clock is 33 s ahead of the median of all",
    },
    Provocation {
        id: "clock-control-machine",
        change: |world| {
            for facts in world.facts.values_mut() {
                facts.clock.time = facts.clock.time.map(|time| time - 40.seconds());
            }
        },
        says: "error : the hosts' clocks are 40 s behind this machine's",
    },
    Provocation {
        id: "clock-synchronized",
        change: |world| world.host("w1").clock.synchronized = Some(false),
        says: "warning w1: nothing keeps its clock right",
    },
    Provocation {
        id: "name-resolution",
        change: |world| world.host("w1").lookups[1].address = None,
        says: "error w1: registry.k8s.io is not resolved (name servers: 192.0.2.53)",
    },
    Provocation {
        id: "name-resolution-delay",
        change: |world| {
            let name = "registry.k8s.io".to_owned();
            let address = Some("198.51.100.7".parse().unwrap());
            world.host("w1").lookups = vec![Lookup { name, address, milliseconds: 2510 }];
        },
        says: "warning w1: looking up registry.k8s.io took 2.5 s",
    },
    Provocation {
        id: "host-address",
        change: |world| world.host("w1").links[1].addresses.clear(),
        says: "error w1: none of its links has the address 172.30.0.21",
    },
    Provocation {
        id: "default-route",
        change: |world| world.host("w1").default_routes.clear(),
        says: "error w1: it has no default route",
    },
    Provocation {
        id: "mtu",
        change: |world| world.host("w1").links[1].mtu = 1400,
        says: "warning w1: MTU 1400, where m1, m2, m3 has 1500",
    },
    Provocation {
        id: "address-ranges",
        change: |world| {
            let address = "10.99.0.7/24".parse().unwrap();
            world.host("w1").links[1].addresses.push(address);
        },
        says: "error w1: its address 10.99.0.7 (eth0) lies inside the services' range 10.96.0.0/12",
    },
    Provocation {
        id: "name-server-ranges",
        change: |world| world.host("w1").nameservers = vec!["10.244.0.53".into()],
        says: "error w1: its name server 10.244.0.53 lies inside the pods' range 10.244.0.0/16",
    },
    Provocation {
        id: "ports",
        change: |world| listen(world.host("m2"), 8443, "nginx"),
        says: "error m2: port 8443 (haproxy) is taken by nginx (process 700)",
    },
    Provocation {
        id: "firewall",
        change: |world| {
            world.host("w1").services.insert("ufw".into(), "active".into());
        },
        says: "warning w1: ufw is active and may drop the cluster's traffic",
    },
    Provocation {
        id: "reachability",
        change: |world| {
            world.probe("w1").paths.push(path("m1", 6443, Outcome::TimedOut));
        },
        says: "error w1: traffic to m1 port 6443 is dropped",
    },
    Provocation {
        id: "api-endpoint",
        change: |world| {
            let endpoint = &mut world.cluster.hosts.api_endpoint;
            endpoint.vip = None;
            endpoint.address = "api.example.com".into();
            let there = |outcome| path("api.example.com", 8443, outcome);
            world.probe("m1").paths = vec![there(Outcome::Refused)];
            world.probe("w1").paths = vec![there(Outcome::TimedOut)];
        },
        says: "warning w1: traffic to api.example.com port 8443: nothing answers",
    },
    Provocation {
        id: "external-etcd",
        change: |world| {
            has_external_etcd(world);
            let refuses = Etcd::Refuses("it does not take the certificate".into());
            world.probe("m2").etcd.insert("https://10.1.0.5:2379".into(), refuses);
        },
        says: "error m2: etcd at https://10.1.0.5:2379: it does not take the certificate",
    },
    Provocation {
        id: "external-etcd-empty",
        change: |world| {
            has_external_etcd(world);
            let full = Etcd::Answers(Some(true));
            world.probe("m1").etcd.insert("https://10.1.0.5:2379".into(), full);
        },
        says: "error m1: etcd at https://10.1.0.5:2379 has a cluster's state below /registry/",
    },
    Provocation {
        id: "vip-network",
        change: |world| {
            world.cluster.hosts.api_endpoint.vip = Some("172.31.0.100".parse().unwrap());
        },
        says: "error m1,m2,m3: the VIP 172.31.0.100 is in no network of its link eth0",
    },
    Provocation {
        id: "vip-free",
        change: |world| {
            let vip = "172.30.0.100".parse().unwrap();
            let stranger = Neighbour::Answers("de:ad:be:ef:00:01".into());
            world.probe("m1").neighbours.insert(vip, stranger);
        },
        says: "error m1: someone else (de:ad:be:ef:00:01) answers for the VIP 172.30.0.100",
    },
    Provocation {
        id: "router-id",
        change: |world| {
            let other = Vrrp { id: 100, from: "172.30.0.7".parse().unwrap() };
            world.probe("m1").routers = Some(vec![other]);
        },
        says: "error m1: 172.30.0.7 uses the VRRP router id 100 on this network",
    },
    Provocation {
        id: "other-cluster",
        change: |world| world.host("w1").cluster = Some("staging".into()),
        says: "error w1: it belongs to the cluster staging",
    },
    Provocation {
        id: "leftovers",
        change: |world| {
            let paths = &mut world.host("w1").kubernetes.paths;
            paths.push("/etc/kubernetes/kubelet.conf".into());
        },
        says: "error w1: something is left of another cluster: /etc/kubernetes/kubelet.conf",
    },
    Provocation {
        id: "network-configuration",
        change: |world| {
            let paths = &mut world.host("w1").kubernetes.paths;
            paths.push("/etc/cni/net.d/87-podman.conflist".into());
        },
        says: "warning w1: pods would be given another network: /etc/cni/net.d/87-podman.conflist",
    },
    Provocation {
        id: "api-server",
        change: |world| {
            *world = World::converged();
            world.cluster.hosts.api_endpoint.port = 9443;
            world.facts.retain(|name, _| name == "w1" || name == "m1");
        },
        says: "warning w1: kubeconfigs there lead to 172.30.0.100:8443, and the spec says 172.30.0.100:9443",
    },
    Provocation {
        id: "certificate-authority",
        change: |world| {
            *world = World::converged();
            world.host("w1").kubernetes.certificate_authority = Some("OTHER".into());
        },
        says: "error w1: the certificate authority there is not that of m1, m2, m3",
    },
    Provocation {
        id: "kubelet-version",
        change: |world| {
            world.host("w1").programs.insert("kubelet".into(), program("1.37.0"));
        },
        says: "error w1: kubelet 1.37.0 is installed, newer than 1.36.2",
    },
    Provocation {
        id: "containerd-version",
        change: |world| {
            world.host("w1").programs.insert("containerd".into(), program("1.5.9"));
        },
        says: "error w1: containerd 1.5.9 is too old for Kubernetes 1.36",
    },
    Provocation {
        id: "package-source",
        change: |world| {
            world.cluster.kubernetes.version = "1.23.17".parse().unwrap();
        },
        says: "error : pkgs.k8s.io has no packages of Kubernetes 1.23.17",
    },
    Provocation {
        id: "bundle-version",
        change: |world| {
            world.bundle = Some(supply());
            world.bundle.as_mut().unwrap().version = "1.35.0".parse().unwrap();
            // It has those of its own version, which is not worth a word more.
            world.images = vec!["registry.k8s.io/kube-proxy:v1.36.2".into()];
        },
        says: "error : the bundle holds Kubernetes 1.35.0, and the spec says 1.36.2",
    },
    Provocation {
        id: "bundle-architecture",
        change: |world| {
            world.bundle = Some(supply());
            world.host("w1").architecture = Architecture::Arm64;
        },
        says: "error w1: it is arm64, and the bundle is for amd64",
    },
    Provocation {
        id: "bundle-images",
        change: |world| {
            world.images =
                vec!["registry.k8s.io/pause:3.10.2".into(), "registry.k8s.io/etcd:3.6".into()];
            world.bundle = Some(supply());
        },
        says: "error : the bundle lacks the image registry.k8s.io/etcd:3.6",
    },
    Provocation {
        id: "registry",
        change: |world| {
            let url = "https://registry.k8s.io/v2/".to_owned();
            let silent = Registry::Silent("no answer in time".into());
            let image = format!("{url}pause/manifests/3.10.2");
            world.probe("w1").registries.extend([(url, silent.clone()), (image, silent)]);
        },
        says: "error w1: https://registry.k8s.io does not answer (no answer in time)",
    },
    Provocation {
        id: "fixed-settings",
        change: |world| {
            join(world.host("m2"));
            world.host("m2").kubernetes.pod_range = Some("10.250.0.0/16".into());
        },
        says: "error m2: network.podCidr is 10.250.0.0/16 in the cluster, and 10.244.0.0/16 in the spec",
    },
    Provocation {
        id: "host-role",
        change: |world| join(world.host("w1")),
        says: "error w1: in the cluster it is a control plane, and its role in the spec is worker",
    },
    Provocation {
        id: "cluster-version",
        change: |world| {
            join(world.host("m2"));
            world.host("m2").kubernetes.version = Some("1.35.4".parse().unwrap());
        },
        says: "error m2: the API server is of 1.35.4, and the spec says 1.36.2",
    },
];

fn join(facts: &mut crate::facts::Facts) {
    facts.cluster = Some("prod".into());
    facts.kubernetes.paths =
        vec!["/var/lib/provisioner/joined".into(), "/etc/kubernetes/admin.conf".into()];
}

#[test]
fn every_check_is_provoked() {
    let provoked: BTreeSet<_> = PROVOCATIONS.iter().map(|provocation| provocation.id).collect();
    let made: BTreeSet<_> = catalogue().iter().map(|check| check.id).collect();
    assert_eq!(provoked, made);
}

#[test]
fn each_provocation_makes_its_check_fire_and_no_other() {
    for Provocation { id, change, says } in PROVOCATIONS {
        let mut world = World::healthy();
        change(&mut world);
        let mut lines = world.lines();
        // A host that was taken out of the facts is missed, too.
        lines.retain(|line| *id == "host-answers" || !line.starts_with("host-answers "));
        assert_eq!(lines, [format!("{id} {says}")]);
    }
}
