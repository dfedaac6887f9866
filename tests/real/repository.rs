//! Without a bundle: signed packages from a source as pkgs.k8s.io is one, images from a registry. Both are
//! real, and on a host of the lab; upstream's own are on the internet.

mod mirror;

use provisioner_tests::{
    Inventory, Kubectl, Program, Spec, TestLab, bundle, figure, newer_bundle, version_of,
};

const HOSTS: [&str; 2] = ["m1", "w1"];
const PACKAGES: [&str; 3] = ["kubelet", "kubeadm", "kubectl"];
const OPTIONS: [&str; 3] = ["--yes", "--output", "json"];

#[test]
fn real_packages_and_images_come_from_mirrors() {
    let (version, newer) = (version_of(bundle()), version_of(newer_bundle()));
    let lab = TestLab::new("t-repo", 61, &["m1", "w1", "r1"]);
    mirror::set_up(&lab, "r1", &[bundle(), newer_bundle()]);
    let mut spec = Spec::of(&lab);
    mirror::use_it(&mut spec, &lab, "r1");
    let program = Program::new(&lab, &spec);
    let before = HOSTS.map(|host| Inventory::of(&lab, host));

    let up = program.run("up", &OPTIONS).expect(0);
    figure("repository", "up", format!("{:.1} s ({})", up.seconds, up.stages()));
    nodes_have(&program, &version);
    comes_from_packages(&lab, &version);
    nothing_is_left_to_do(&program);

    // What would be newer in the source is not taken by whoever brings a host up to date.
    for host in HOSTS {
        let upgrade = lab.shell(host, "apt-get -q update >&2 && apt-get -q -s upgrade");
        for name in PACKAGES {
            assert!(!upgrade.contains(&format!("Inst {name} ")), "{host}: {upgrade}");
        }
    }
    let to = [&["--to", newer.as_str()][..], &OPTIONS].concat();
    let upgrade = program.run("upgrade", &to).expect(0);
    figure("repository", "upgrade", format!("{:.1} s ({})", upgrade.seconds, upgrade.stages()));
    nodes_have(&program, &newer);
    comes_from_packages(&lab, &newer);
    spec.set("spec.kubernetes.version", newer);
    program.set_spec(&spec);
    nothing_is_left_to_do(&program);

    program.down().expect(0);
    for (host, before) in HOSTS.iter().zip(before) {
        let difference = Inventory::of(&lab, host).difference(&before);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }
}

fn nodes_have(program: &Program, version: &str) {
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    let kubectl = Kubectl::new(&path);
    kubectl.wait_for_nodes(HOSTS.len());
    let versions = "jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion} {end}";
    let versions = kubectl.run(&["get", "nodes", "-o", versions]);
    let expected = format!("v{version}");
    assert!(versions.split_whitespace().all(|have| have == expected), "{versions}");
}

/// Of exactly this version, and held.
fn comes_from_packages(lab: &TestLab, version: &str) {
    for host in HOSTS {
        for name in PACKAGES {
            let said = lab.shell(host, &format!("dpkg-query -W -f '${{Version}}' {name}"));
            assert_eq!(said, format!("{version}-1.1"), "{host}: {name}");
            assert_eq!(lab.shell(host, &format!("apt-mark showhold {name}")), name, "{host}");
        }
    }
}

fn nothing_is_left_to_do(program: &Program) {
    let plan = program.run("plan", &["--detailed-exitcode", "--output", "json"]);
    assert_eq!(plan.code, Some(0), "{}", plan.account());
    let again = program.run("up", &OPTIONS).expect(0);
    assert!(again.changed().is_empty(), "{}", again.account());
}
