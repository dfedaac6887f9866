//! Hosts that run Ubuntu instead of Debian.

use provisioner_tests::{Inventory, Kubectl, Program, Spec, System, TestLab, figure};

const HOSTS: [&str; 2] = ["m1", "w1"];

#[test]
fn real_ubuntu() {
    let lab = TestLab::of_system(System::Ubuntu, "t-ubuntu", 19, &HOSTS);
    let mut spec = Spec::of(&lab);
    let endpoint = format!("{{vip: {}, port: 8443}}", lab.address(100));
    spec.set_yaml("spec.hosts.apiEndpoint", &endpoint);
    let program = Program::new(&lab, &spec);
    assert!(lab.shell("m1", "cat /etc/os-release").contains("ID=ubuntu"));
    // Ubuntu makes a note of the first login.
    let login = "install -d -m 700 /root/.cache && : >/root/.cache/motd.legal-displayed";
    for host in HOSTS {
        lab.shell(host, login);
    }
    let before = HOSTS.map(|host| Inventory::of(&lab, host));

    let up = program.up().expect(0);
    figure("ubuntu", "up", format!("{:.1} s ({})", up.seconds, up.stages()));
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    Kubectl::new(&path).wait_for_nodes(HOSTS.len());
    program.plan().expect(0);
    let again = program.up().expect(0);
    assert!(again.changed().is_empty(), "{}", again.account());

    program.down().expect(0);
    for (host, before) in HOSTS.iter().zip(before) {
        let difference = Inventory::of(&lab, host).difference(&before);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }
}
