//! Where a check must hold its peace, or says something else.

use super::world::{World, listen, path, supply};
use crate::facts::Program;
use crate::preflight::{Neighbour, Outcome, Registry, Vrrp};
use jiff::ToSpan;
use provisioner_spec::{NetworkPlugin, ProxyMode};
use serde_json::json;

const NONE: [&str; 0] = [];

#[test]
fn limits_themselves_are_enough() {
    let mut world = World::healthy();
    world.host("m1").memory_mib = 1700;
    world.host("w1").memory_mib = 700;
    world.host("w1").cpus = 1;
    world.host("m1").disks[2].free_mib = 512;
    world.host("w1").disks[2].free_mib = 0;
    assert_eq!(world.lines(), NONE);
    world.host("w1").memory_mib = 699;
    assert_eq!(world.lines(), ["memory error w1: 699 MiB of memory, and a node needs 700"]);
}

#[test]
fn an_old_release_of_a_known_system_is_a_warning() {
    let mut world = World::healthy();
    world.host("w1").os.version_id = "10".into();
    world.host("w1").os.pretty = "Debian GNU/Linux 10 (buster)".into();
    let line =
        "operating-system warning w1: Debian GNU/Linux 10 (buster) is older than what is tested";
    assert_eq!(world.lines(), [line]);
}

#[test]
fn a_host_that_is_not_there_is_named_once() {
    let mut world = World::healthy();
    world.facts.remove("w1");
    assert_eq!(world.lines(), ["host-answers error w1: it was not reached"]);
}

#[test]
fn the_spec_may_accept_swap_and_cgroup_v1() {
    let mut world = World::healthy();
    let kubelet = &mut world.cluster.kubernetes.kubelet;
    kubelet.insert("failSwapOn".into(), json!(false));
    kubelet.insert("failCgroupV1".into(), json!(false));
    world.host("w1").swaps.push("/swap".into());
    world.host("w1").cgroup.as_mut().unwrap().version = 1;
    assert_eq!(world.lines(), NONE);
}

#[test]
fn cgroup_v1_is_tolerated_before_1_35() {
    let mut world = World::healthy();
    world.host("w1").cgroup.as_mut().unwrap().version = 1;
    world.cluster.kubernetes.version = "1.34.1".parse().unwrap();
    assert_eq!(world.errors(), 0);
    assert_eq!(world.lines().len(), 1);
    world.cluster.kubernetes.version = "1.20.2".parse().unwrap();
    world.cluster.kubernetes.package_repository.apt = "https://mirror.example/deb".into();
    assert_eq!(world.lines(), NONE);
}

#[test]
fn a_module_of_which_nothing_is_known_is_no_finding() {
    let mut world = World::healthy();
    world.cluster.network.proxy.mode = ProxyMode::Ipvs;
    world.host("w1").kernel.modules.clear();
    assert_eq!(
        world.lines(),
        ["proxy-mode warning : proxy mode ipvs is deprecated, and gone in 1.43 (KEP-5495)"]
    );
    world.cluster.kubernetes.version = "1.34.1".parse().unwrap();
    assert_eq!(world.lines(), NONE);
}

#[test]
fn nftables_needs_a_recent_kernel_and_tool() {
    let mut world = World::healthy();
    world.cluster.network.proxy.mode = ProxyMode::Nftables;
    world.host("m1").kernel.release = "5.13.0".into();
    let nft = |version: &str| Program { version: version.into(), says: String::new() };
    world.host("m1").programs.insert("nft".into(), nft("1.0.1"));
    assert_eq!(world.lines(), NONE);
    world.host("m1").kernel.release = "5.12.19".into();
    world.host("m1").programs.insert("nft".into(), nft("1.0.0"));
    assert_eq!(
        world.lines(),
        [
            "proxy-mode error m1: proxy mode nftables: Linux 5.12.19 is older than 5.13",
            "proxy-mode error m1: proxy mode nftables: nft 1.0.0 is older than 1.0.1",
        ]
    );
}

#[test]
fn containers_of_one_machine_share_its_uuid_and_clock() {
    let mut world = World::healthy();
    for facts in world.facts.values_mut() {
        facts.container = Some("systemd-nspawn".into());
        facts.product_uuid = Some("same".into());
        facts.clock.synchronized = Some(false);
    }
    assert_eq!(world.lines(), NONE);
}

#[test]
fn a_slow_answer_is_no_skew() {
    let mut world = World::healthy();
    for facts in world.facts.values_mut() {
        let asked = facts.clock.asked.as_mut().unwrap();
        asked.sent -= 25.seconds();
        asked.received += 25.seconds();
    }
    assert_eq!(world.lines(), NONE);
    // Asked a minute later, and a minute later it was.
    let clock = &mut world.host("w1").clock;
    clock.time = clock.time.map(|time| time + 60.seconds());
    let asked = clock.asked.as_mut().unwrap();
    asked.sent += 60.seconds();
    asked.received += 60.seconds();
    assert_eq!(world.lines(), NONE);
}

#[test]
fn nobody_knows_when_within_a_slow_round_a_host_looked_at_its_clock() {
    let mut world = World::healthy();
    for facts in world.facts.values_mut() {
        let asked = facts.clock.asked.as_mut().unwrap();
        asked.received += 58.seconds();
    }
    let clock = &mut world.host("w1").clock;
    clock.time = clock.time.map(|time| time + 58.seconds());
    assert_eq!(world.lines(), NONE);
}

#[test]
fn a_host_that_does_not_know_its_own_name_is_mended_by_up() {
    let mut world = World::healthy();
    world.host("w1").lookups[0].address = None;
    let line =
        "name-resolution warning w1: its own name w1 is not resolved; `up` adds it to /etc/hosts";
    assert_eq!(world.lines(), [line]);
}

#[test]
fn networks_that_reach_into_a_range_are_a_warning() {
    let mut world = World::healthy();
    world.host("w1").links[1].addresses.push("10.200.0.1/6".parse().unwrap());
    let lines = world.lines();
    assert_eq!(world.errors(), 0, "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn links_of_the_cluster_itself_belong_into_its_ranges() {
    let mut world = World::converged();
    let mut bridge = world.host("w1").links[1].clone();
    bridge.name = "cni0".into();
    bridge.mac = None;
    bridge.addresses = vec!["10.244.1.1/24".parse().unwrap()];
    world.host("w1").links.push(bridge);
    assert_eq!(world.lines(), NONE);
}

#[test]
fn the_interface_of_the_spec_must_be_the_one() {
    let mut world = World::healthy();
    world.cluster.hosts.workers[0].interface = Some("eth1".into());
    assert_eq!(
        world.lines(),
        ["host-address error w1: 172.30.0.21 is on eth0, and the spec says eth1"]
    );
}

#[test]
fn a_node_without_its_ledger_is_told_from_a_strangers() {
    let mut world = World::converged();
    world.host("w1").cluster = None;
    let lost =
        "leftovers error w1: it is a node of this cluster that has lost /var/lib/provisioner";
    assert!(world.lines().iter().any(|line| line.starts_with(lost)), "{:#?}", world.lines());

    world.host("w1").kubernetes.certificate_authority = Some("OTHER".into());
    let other = "leftovers error w1: something is left of another cluster: ";
    assert!(world.lines().iter().any(|line| line.starts_with(other)), "{:#?}", world.lines());
}

#[test]
fn a_port_is_taken_even_by_the_right_program_of_a_stranger() {
    let mut world = World::healthy();
    listen(world.host("w1"), 10250, "kubelet");
    assert_eq!(
        world.lines(),
        ["ports error w1: port 10250 (kubelet) is taken by kubelet (process 700)"]
    );
    world.host("w1").cluster = Some("prod".into());
    assert_eq!(world.lines(), NONE);
    // A worker has no use for the API server's port.
    listen(world.host("w1"), 6443, "nginx");
    assert_eq!(world.lines(), NONE);
}

#[test]
fn a_refusal_counts_only_where_somebody_listened() {
    let mut world = World::healthy();
    world.probe("w1").paths.push(path("m1", 6443, Outcome::Refused));
    world.probe("w1").paths.push(path("m1", 8443, Outcome::Open));
    assert_eq!(world.lines(), NONE);
    world.probe("m1").listening.insert(6443);
    assert_eq!(world.lines(), ["reachability error w1: traffic to m1 port 6443 is rejected"]);
}

#[test]
fn a_refusal_counts_where_a_service_listens_on_that_address() {
    let mut world = World::converged();
    let etcd = world.host("m1").sockets.iter_mut().find(|socket| socket.port == 2379).unwrap();
    etcd.address = Some("127.0.0.1".parse().unwrap());
    world.probe("m2").paths.push(path("m1", 2379, Outcome::Refused));
    assert_eq!(world.lines(), NONE);
    let etcd = world.host("m1").sockets.iter_mut().find(|socket| socket.port == 2379).unwrap();
    etcd.address = Some("172.30.0.11".parse().unwrap());
    assert_eq!(world.lines(), ["reachability error m2: traffic to m1 port 2379 is rejected"]);
    // It is being restarted.
    world.probe("m1").read("ended 2379\n");
    assert_eq!(world.lines(), NONE);
}

#[test]
fn a_router_id_of_ours_needs_no_hearing() {
    let mut world = World::converged();
    world.probe("m1").routers = None;
    assert_eq!(world.lines().len(), 1);
    world.host("m1").services.insert("keepalived".into(), "active".into());
    assert_eq!(world.lines(), NONE);
}

#[test]
fn what_cannot_be_tested_is_said() {
    let mut world = World::healthy();
    world.probe("m1").paths.push(path("m2", 2379, Outcome::Unknown));
    world.probe("m1").neighbours.insert("172.30.0.100".parse().unwrap(), Neighbour::Unknown);
    world.probe("m1").routers = None;
    world.probe("m1").registries.insert("https://registry.k8s.io/v2/".into(), Registry::Unknown);
    assert_eq!(world.errors(), 0);
    let ids: Vec<_> = world.findings().iter().map(|finding| finding.check).collect();
    assert_eq!(ids, ["reachability", "vip-free", "router-id", "registry"]);
}

#[test]
fn the_vip_may_be_with_a_control_plane_of_ours_only() {
    let vip = "172.30.0.100".parse().unwrap();
    let mut world = World::converged();
    let holder = world.host("m1").links[1].mac.clone().unwrap();
    world.probe("m2").neighbours.insert(vip, Neighbour::Answers(holder));
    world.probe("m3").neighbours.insert(vip, Neighbour::Silent);
    assert_eq!(world.lines(), NONE);
    world.host("w1").links[1].addresses.push("172.30.0.100/32".parse().unwrap());
    assert_eq!(
        world.lines(),
        ["vip-free error w1: it holds the VIP 172.30.0.100, which is not for it"]
    );
    let mut world = World::healthy();
    world.host("m1").links[1].addresses.push("172.30.0.100/32".parse().unwrap());
    let line = "vip-free error m1: it holds the VIP 172.30.0.100 before keepalived gave it";
    assert_eq!(world.lines(), [line]);
}

#[test]
fn own_routers_and_other_ids_are_no_conflict() {
    let mut world = World::converged();
    let heard = |id, from: &str| Vrrp { id, from: from.parse().unwrap() };
    world.probe("m2").routers = Some(vec![heard(100, "172.30.0.11"), heard(7, "172.30.0.7")]);
    assert_eq!(world.lines(), NONE);
    world.cluster.hosts.api_endpoint.router_id = Some(7);
    assert_eq!(
        world.lines(),
        ["router-id error m2: 172.30.0.7 uses the VRRP router id 7 on this network"]
    );
}

#[test]
fn old_kubernetes_needs_an_old_containerd() {
    let mut world = World::healthy();
    let containerd = |version: &str| Program { version: version.into(), says: String::new() };
    world.cluster.kubernetes.version = "1.20.2".parse().unwrap();
    world.cluster.kubernetes.package_repository.apt = "https://mirror.example/deb".into();
    world.host("w1").programs.insert("containerd".into(), containerd("1.6.20"));
    assert_eq!(world.lines(), NONE);
    world.host("w1").programs.insert("containerd".into(), containerd("2.0.1"));
    assert_eq!(
        world.lines(),
        ["containerd-version error w1: containerd 2.0.1 is too new for Kubernetes 1.20"]
    );
}

#[test]
fn a_bundle_that_fits_is_no_finding() {
    let mut world = World::healthy();
    world.images = vec!["registry.k8s.io/pause:3.10.2".into()];
    world.bundle = Some(supply());
    assert_eq!(world.lines(), NONE);
}

/// A running cluster on whose hosts kubeadm has finished.
fn standing() -> World {
    let mut world = World::converged();
    for (name, facts) in &mut world.facts {
        facts.kubernetes.paths.push("/var/lib/provisioner/joined".into());
        if name.starts_with('m') {
            facts.kubernetes.paths.push("/etc/kubernetes/manifests/kube-apiserver.yaml".into());
        }
    }
    world
}

#[test]
fn another_network_plugin_is_known_by_what_the_first_one_has_left() {
    let (bridge, calico) =
        ("/etc/cni/net.d/10-provisioner.conflist", "/etc/cni/net.d/10-calico.conflist");
    for (trace, says, message) in [
        (bridge, NetworkPlugin::Bridge, None),
        (bridge, NetworkPlugin::Calico, Some("bridge in the cluster, and calico in the spec")),
        (bridge, NetworkPlugin::None, Some("bridge in the cluster, and none in the spec")),
        (calico, NetworkPlugin::Calico, None),
        (calico, NetworkPlugin::Bridge, Some("calico in the cluster, and bridge in the spec")),
        (calico, NetworkPlugin::None, None),
    ] {
        let mut world = standing();
        world.cluster.network.plugin = says;
        world.host("w1").kubernetes.paths.push(trace.into());
        let line = |text| format!("fixed-settings error w1: network.plugin is {text}");
        assert_eq!(world.lines(), Vec::from_iter(message.map(line)), "{trace}, {says:?}");
    }
}

#[test]
fn nodes_keep_their_roles() {
    assert_eq!(standing().lines(), NONE);
    let mut world = standing();
    let cut_off = world.host("m2");
    cut_off.kubernetes.paths.retain(|path| !path.ends_with("kube-apiserver.yaml"));
    cut_off.pki.insert("ca.key".into(), "A KEY".to_owned().into());
    assert_eq!(world.lines(), NONE, "it joins once more");

    let mut world = standing();
    let hosts = &mut world.cluster.hosts;
    let mut moved = hosts.control_plane.remove(2);
    moved.role = provisioner_spec::Role::Worker;
    let mut other = hosts.workers.remove(0);
    other.role = provisioner_spec::Role::ControlPlane;
    hosts.workers.push(moved);
    hosts.control_plane.push(other);
    let lines = world.lines();
    let of_roles: Vec<_> = lines.iter().filter(|line| line.starts_with("host-role")).collect();
    assert_eq!(
        of_roles,
        [
            "host-role error w1: in the cluster it is a node without a control plane, and its role in the spec is control-plane",
            "host-role error m3: in the cluster it is a control plane, and its role in the spec is worker",
        ]
    );
}
