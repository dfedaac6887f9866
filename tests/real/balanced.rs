//! The API's address on hosts of their own, which are no nodes of the cluster.

use std::time::{Duration, Instant};

use provisioner_tests::{Api, Inventory, Kubectl, Program, Spec, TestLab, figure};

const BALANCERS: [&str; 2] = ["b1", "b2"];
/// Far more than it should take: this is against hanging only.
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn real_load_balancers_of_their_own() {
    let lab = TestLab::new("t-balance", 63, &["m1", "m2", "m3", "w1", "b1", "b2"]);
    let mut spec = Spec::of(&lab);
    let host = |name: &str| format!("{{name: {name}, address: {}}}", lab.address_of(name));
    spec.set_yaml("spec.hosts.apiEndpoint", &format!("{{vip: {}}}", lab.address(100)));
    spec.set_yaml("spec.hosts.loadBalancers", &format!("[{}, {}]", host("b1"), host("b2")));
    let mut small = spec.clone();
    small.set_yaml("spec.hosts.controlPlane", &format!("[{}]", host("m1")));
    let program = Program::new(&lab, &small);
    let before = BALANCERS.map(|host| Inventory::of(&lab, host));

    let up = program.up().expect(0);
    figure("balanced", "up", format!("{:.1} s ({})", up.seconds, up.stages()));
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    let kubectl = Kubectl::new(&path);
    kubectl.wait_for_nodes(2);
    program.plan().expect(0);
    the_holder_is_powered_off(&lab, &program);

    program.set_spec(&spec);
    let grown = program.up().expect(0);
    figure("balanced", "two more", format!("{:.1} s ({})", grown.seconds, grown.stages()));
    kubectl.wait_for_nodes(4);
    assert_eq!(BALANCERS.map(|host| backends(&lab, host)), ["m1 m2 m3", "m1 m2 m3"]);
    program.run("scale", &["--remove", "m2", "--yes"]).expect(0);
    assert_eq!(BALANCERS.map(|host| backends(&lab, host)), ["m1 m3", "m1 m3"]);
    program.run("scale", &["--remove", "b2", "--yes"]).expect(0);
    spec.set_yaml("spec.hosts.loadBalancers", &format!("[{}]", host("b1")));
    program.set_spec(&spec);
    let last = program.run("scale", &["--remove", "b1", "--yes"]).expect(4);
    assert!(last.account().contains("only load balancer"), "{}", last.account());

    program.down().expect(0);
    for (host, before) in BALANCERS.iter().zip(before) {
        let difference = Inventory::of(&lab, host).difference(&before);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }
}

fn the_holder_is_powered_off(lab: &TestLab, program: &Program) {
    let holds = format!("ip -o address show | grep -qF ' {}/'", lab.address(100));
    let holders: Vec<&str> =
        BALANCERS.into_iter().filter(|host| lab.try_shell(host, &holds).status.success()).collect();
    let [holder] = holders[..] else { panic!("{holders:?} hold the address") };
    let kubeconfig = program.run("kubeconfig", &[]).expect(0).stdout;
    let api = Api::new(&format!("{}:6443", lab.address(100)), &kubeconfig);
    assert!(api.is_ready(), "before");
    let outage = api.watch();
    let off = Instant::now();
    lab.power_off(holder);
    std::thread::sleep(Duration::from_millis(200));
    while !api.is_ready() {
        assert!(off.elapsed() < LIMIT, "the API does not answer");
    }
    let took = outage.after(off);
    figure("balanced", "API answers again after", format!("{:.2} s", took.as_secs_f64()));
    assert!(took < LIMIT, "{took:?}");
    lab.start(holder);
    lab.wait(holder, "systemctl is-active haproxy keepalived");
    let up = program.up().expect(0);
    assert!(up.changed().is_empty(), "{}", up.account());
}

fn backends(lab: &TestLab, host: &str) -> String {
    let names = r"sed -n 's/^ *server \([^ ]*\) .*/\1/p' /etc/haproxy/haproxy.cfg | sort | xargs";
    lab.shell(host, names)
}
