use super::Outcome::{Open, Refused, TimedOut, Unknown, Unreachable};
use super::{Destination, Neighbour, Path, Probe, Registry, Task, Vrrp, tasks};
use crate::preflight::tests::world::{SPEC, World, supply};
use proptest::prelude::*;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

fn read(output: &str) -> Probe {
    let mut probe = Probe::default();
    probe.read(output);
    probe
}

fn run(shell: &str, script: &str) -> String {
    let output = Command::new(shell).args(["-c", script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_hosts_found_out_is_understood() {
    let probe = read(
        "listening 6443
path m2 2380 refused
path m2 2379 open
path m3 2379 unreachable
path m3 2380 timed-out
path m3 10250 unknown
neighbour 172.30.0.100 52:54:00:AA:BB:01
neighbour fd00::100 silent
neighbour 172.30.0.101 unknown
routers nft
vrrp 77 172.30.0.7
vrrp 300 172.30.0.8
registry 0 200 https://a/v2/
registry 0 401 https://b/v2/
registry 0 404 https://c/v2/pause/manifests/3.2
registry 0 503 https://d/v2/
registry 28 000 https://e/v2/
registry unknown 000 https://f/v2/
synchronized no
noise
end
",
    );
    assert!(probe.complete);
    assert!(probe.listening.contains(&6443));
    let outcomes: Vec<_> = probe.paths.iter().map(|path| path.outcome).collect();
    assert_eq!(outcomes, [Open, Refused, Unreachable, TimedOut, Unknown]);
    assert_eq!(probe.paths[0], Path { to: "m2".into(), port: 2379, outcome: Open });
    let neighbours: Vec<_> = probe.neighbours.values().cloned().collect();
    let answers = Neighbour::Answers("52:54:00:aa:bb:01".into());
    assert_eq!(neighbours, [answers, Neighbour::Unknown, Neighbour::Silent]);
    let heard = Vrrp { id: 77, from: "172.30.0.7".parse().unwrap() };
    assert_eq!(probe.routers, Some(vec![heard]));
    let registries: Vec<_> = probe.registries.values().cloned().collect();
    let silent = |reason: &str| Registry::Silent(reason.into());
    assert_eq!(
        registries,
        [
            Registry::Answers,
            Registry::Answers,
            Registry::Missing,
            silent("status 503"),
            silent("no answer in time"),
            Registry::Unknown,
        ]
    );
    assert_eq!(probe.synchronized, Some(false));
}

#[test]
fn no_router_heard_is_not_the_same_as_nothing_to_hear_with() {
    assert_eq!(read("routers tcpdump\nend\n").routers, Some(Vec::new()));
    assert_eq!(read("end\n").routers, None);
}

#[test]
fn every_host_tries_what_it_will_need() {
    let mut world = World::healthy();
    world.images =
        ["registry.k8s.io/pause:3.10.2", "docker.io/a/b@sha256:c"].map(String::from).to_vec();
    let tasks = super::tasks(&world.input());
    let ports = |from: &str, to: &str| {
        let paths = tasks[from].paths.iter().filter(|path| path.name == to);
        paths.map(|path| path.port).collect::<Vec<_>>()
    };
    assert_eq!(ports("m1", "m2"), [6443, 8443, 10250, 2379, 2380]);
    assert_eq!(ports("m1", "w1"), [10250]);
    assert_eq!(ports("w1", "m1"), [6443, 8443]);
    assert!(ports("m1", "m1").is_empty());
    assert_eq!(tasks["m1"].listen, [2379, 2380, 6443, 8443, 10250]);
    assert_eq!(tasks["w1"].listen, [10250]);
    assert_eq!(tasks["m1"].hear_on.as_deref(), Some("eth0"));
    assert_eq!(tasks["w1"].hear_on, None);
    assert_eq!(
        tasks["m1"].registries,
        [
            "https://registry-1.docker.io/v2/a/b/manifests/sha256:c",
            "https://registry.k8s.io/v2/pause/manifests/3.10.2",
        ]
    );
    assert_eq!(
        tasks["w1"].registries,
        ["https://registry-1.docker.io/v2/", "https://registry.k8s.io/v2/"]
    );
}

#[test]
fn load_balancers_are_tried_in_place_of_the_control_planes() {
    let balancers = "    loadBalancers: [{name: lb1, address: 172.30.0.5}]\n";
    let spec = SPEC.replace("{vip: 172.30.0.100, port: 8443}", "{vip: 172.30.0.100}") + balancers;
    let world = World::healthy_as(&spec);
    assert_eq!(world.lines(), [""; 0]);
    let tasks = super::tasks(&world.input());
    let ports = |from: &str, to: &str| {
        let paths = tasks[from].paths.iter().filter(|path| path.name == to);
        paths.map(|path| path.port).collect::<Vec<_>>()
    };
    assert_eq!((ports("m1", "lb1"), ports("w1", "lb1")), (vec![6443], vec![6443]));
    assert_eq!((ports("lb1", "m1"), ports("lb1", "w1")), (vec![6443], vec![]));
    assert_eq!(tasks["lb1"].hear_on.as_deref(), Some("eth0"));
    assert_eq!((&tasks["m1"].hear_on, tasks["m1"].neighbours.len()), (&None, 0));

    let spec = spec.replace("{vip: 172.30.0.100}", "{address: api.example.com, port: 443}");
    let spec = spec.replace(balancers, "");
    let tasks = super::tasks(&World::healthy_as(&spec).input());
    let foreign = tasks["w1"].paths.iter().find(|path| path.name == "api.example.com").unwrap();
    assert_eq!((foreign.address.as_str(), foreign.port), ("api.example.com", 443));
}

#[test]
fn a_running_cluster_is_not_stood_in_for() {
    let world = World::converged();
    let tasks = tasks(&world.input());
    assert_eq!(tasks["m1"].listen, [2380], "the rest is taken by the cluster");
    assert_eq!(tasks["m1"].serving, [2379, 6443, 8443, 10250]);
    assert!(tasks["m1"].neighbours.is_empty(), "it holds the VIP itself");
    assert_eq!(tasks["m2"].neighbours.len(), 1);
}

#[test]
fn mirrors_are_asked_instead_and_a_bundle_asks_nobody() {
    let mut world = World::healthy();
    world.images = vec!["registry.k8s.io/pause:3.10.2".into()];
    let mirrors = &mut world.cluster.runtime.containerd.mirrors;
    mirrors.insert("registry.k8s.io".into(), vec!["https://mirror.example/".into()]);
    let tasks_now = tasks(&world.input());
    assert_eq!(tasks_now["m1"].registries, ["https://mirror.example/v2/pause/manifests/3.10.2"]);
    world.bundle = Some(supply());
    assert!(tasks(&world.input())["m1"].registries.is_empty());
}

#[test]
fn real_shells_tell_open_from_refused() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let open = listener.local_addr().unwrap().port();
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let to =
        |port| Destination { name: "it's".into(), address: Ipv4Addr::LOCALHOST.to_string(), port };
    let task = Task { paths: vec![to(open), to(closed)], ..Task::default() };
    let script = task.probe_script(None).unwrap();
    for shell in ["sh", "bash"] {
        let probe = read(&run(shell, &script));
        assert!(probe.complete);
        let outcome =
            |port| probe.paths.iter().find(|path| path.port == port).map(|path| path.outcome);
        assert_eq!(outcome(open), Some(Open), "{shell}");
        assert_eq!(outcome(closed), Some(Refused), "{shell}");
    }
}

#[test]
fn real_shells_wait_for_a_service_that_is_being_restarted_and_tell_of_one_that_has_ended() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let to = Destination { name: "m1".into(), address: Ipv4Addr::LOCALHOST.to_string(), port };
    let probing = Task { paths: vec![to], ..Task::default() };
    let serving = Task { serving: vec![port], ..Task::default() };
    for shell in ["sh", "bash"] {
        assert_eq!(read(&run(shell, &serving.end_script())).ended, [port].into());
        let restarted = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap()
        });
        let probe = read(&run(shell, &probing.probe_script(None).unwrap()));
        assert_eq!(probe.paths[0].outcome, Open, "{shell}");
        let _listener = restarted.join().unwrap();
        assert!(read(&run(shell, &serving.end_script())).ended.is_empty(), "{shell}");
    }
}

#[test]
fn hostile_values_stay_words() {
    let task = Task {
        hear_on: Some("eth0; touch /tmp/owned".into()),
        registries: vec!["https://x/$(id)".into()],
        proxy: Some("`id`".into()),
        ..Task::default()
    };
    let script = task.probe_script(None).unwrap();
    let calls: Vec<_> = script.lines().rev().skip(4).take(2).collect();
    assert_eq!(
        calls,
        ["registry 'https://x/$(id)' '`id`' &", "routers 'eth0; touch /tmp/owned' &"]
    );
    let nul = Task { hear_on: Some("\0".into()), ..Task::default() };
    assert!(nul.probe_script(None).is_err());
}

proptest! {
    #[test]
    fn never_panics_on_any_text(text in any::<String>()) {
        read(&text);
    }
}
