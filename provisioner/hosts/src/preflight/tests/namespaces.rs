//! Checks against facts and probes of a real kernel, each host in namespaces of its own (so as root,
//! or where users may have namespaces).

use super::recipes::{BETWEEN, HELPERS, RECIPES, Recipe};
use super::world::World;
use crate::facts::{Facts, Request, Window, parse};
use crate::preflight::{Probe, tasks};
use jiff::Timestamp;
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::thread;

/// Makes this namespace look like the fresh host mN with the address 172.30.0.1N.
const FRESH: &str = r#"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs tmpfs /tmp
mkdir /tmp/upper /tmp/work
mount -t overlay -o lowerdir=/etc,upperdir=/tmp/upper,workdir=/tmp/work overlay /etc
for path in /run /var/lib /usr/local/bin /sys/fs/cgroup; do mount -t tmpfs -o size=8g tmpfs $path; done
mkdir -p /run/systemd/system
echo cpu cpuset memory pids >/sys/fs/cgroup/cgroup.controllers
hostname "m$N"
echo "id-of-m$N" >/etc/machine-id
echo "127.0.1.1 m$N" >/etc/hosts
echo 198.51.100.7 registry.k8s.io >>/etc/hosts
echo nameserver 192.0.2.53 >/etc/resolv.conf
echo "boot-of-m$N" | put /proc/sys/kernel/random/boot_id
ip link set lo up
ip link add eth0 address "02:00:00:00:00:1$N" type veth peer name peer0
ip link set eth0 up
ip link set peer0 up
ip addr add "172.30.0.1$N/24" dev eth0
ip route add default via 172.30.0.1
"#;

const PEER: &str = "
ip netns add peer
ip link set peer0 netns peer name eth0
ip -n peer addr add 172.30.0.11/24 dev eth0
ip -n peer link set eth0 up
";

const UNSHARE: &str = r#"
user=$([ "$(id -u)" = 0 ] || echo --map-root-user)
exec unshare $user --mount --net --uts --pid --fork --kill-child --mount-proc sh -c "$0"
"#;

fn run(number: u8, script: &str) -> String {
    let script = format!("N={number}\n{HELPERS}{FRESH}{script}");
    let output = Command::new("sh").args(["-c", UNSHARE, &script]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn facts(number: u8, commands: &str) -> Facts {
    let request =
        Request { pki: false, lookups: vec![format!("m{number}"), "registry.k8s.io".into()] };
    let sent = Timestamp::now();
    let mut facts = parse(&run(number, &format!("{commands}\n{}", request.script())));
    facts.clock.asked = Some(Window { sent, received: Timestamp::now() });
    facts
}

static UNHARMED: LazyLock<Vec<Facts>> = LazyLock::new(|| [1, 2, 3].map(|n| facts(n, "")).to_vec());

/// The three control planes as they are in their namespaces; the worker stays what it is.
fn world() -> World {
    let mut world = World::healthy();
    for (facts, name) in UNHARMED.iter().zip(["m1", "m2", "m3"]) {
        world.facts.insert(name.into(), facts.clone());
    }
    // They differ from the worker's, which is made up.
    world.host("w1").clock.asked = None;
    world.host("w1").links[1].mtu =
        UNHARMED[0].links.iter().find(|link| link.name == "eth0").unwrap().mtu;
    world
}

fn fires(world: &World, id: &str) -> bool {
    world.findings().iter().any(|finding| finding.check == id)
}

#[test]
fn a_namespace_makes_a_host_without_a_fault() {
    assert_eq!(world().lines(), [""; 0]);
}

#[test]
fn recipes_make_their_checks_fire() {
    let silent = Mutex::new(Vec::new());
    let try_one = |Recipe { id, commands }: &Recipe| {
        let mut world = world();
        if *id == "product-uuid" {
            world.host("m1").product_uuid = Some("uuid-of-m1".into());
        }
        assert!(!fires(&world, id), "{id} fires on hosts without a fault");
        world.facts.insert("m2".into(), facts(2, commands));
        if !fires(&world, id) {
            silent.lock().unwrap().push(format!("{id}: {:?}", world.lines()));
        }
    };
    // A few at a time: what they do is mostly to wait for processes.
    thread::scope(|scope| {
        for part in RECIPES.chunks(RECIPES.len().div_ceil(4)) {
            scope.spawn(move || part.iter().for_each(try_one));
        }
    });
    assert_eq!(silent.into_inner().unwrap(), [""; 0]);
}

#[test]
fn clocks_that_are_all_wrong_differ_from_the_control_machine() {
    let commands = RECIPES.iter().find(|recipe| recipe.id == "clock-skew").unwrap().commands;
    let mut world = world();
    for (number, name) in [(1, "m1"), (2, "m2"), (3, "m3")] {
        world.facts.insert(name.into(), facts(number, commands));
    }
    assert!(fires(&world, "clock-control-machine"), "{:?}", world.lines());
    assert!(!fires(&world, "clock-skew"));
}

#[test]
fn hosts_that_do_not_reach_one_another_find_out() {
    let base = world();
    let task = |name: &str| tasks(&base.input()).remove(name).unwrap();
    let listen = task("m1").listen_script();
    let mut probing = task("m2");
    probing.paths.retain(|path| path.name == "m1");
    let between = |commands: &str| {
        let mut world = world();
        let probe = probing.probe_script(None).unwrap();
        let script = format!(
            "{PEER}cat >/tmp/listen <<'END'\n{listen}END\nip netns exec peer sh /tmp/listen\n\
             {commands}\n{probe}"
        );
        let output = run(2, &script);
        let (listening, rest): (Vec<&str>, Vec<&str>) =
            output.lines().partition(|line| line.starts_with("listening"));
        let read = |lines: Vec<&str>| {
            let mut probe = Probe::default();
            probe.read(&lines.join("\n"));
            probe
        };
        world.probes.insert(
            "m1".into(),
            Probe { complete: true, routers: Some(Vec::new()), ..read(listening) },
        );
        world.probes.insert("m2".into(), Probe { routers: Some(Vec::new()), ..read(rest) });
        world
    };
    let unharmed = between("");
    assert_eq!(unharmed.probes["m1"].listening.len(), 5);
    assert_eq!(unharmed.probes["m2"].paths.len(), 5);
    let lines = unharmed.lines().into_iter().filter(|line| !line.starts_with("clock-synchronized"));
    assert_eq!(lines.collect::<Vec<_>>(), [""; 0]);
    for Recipe { id, commands } in BETWEEN {
        let world = between(commands);
        assert!(fires(&world, id), "{id}: {:?}", world.lines());
    }
}
