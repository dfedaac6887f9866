//! A cluster whose state is in an etcd that runs elsewhere: a real one, that takes no client it does not know.

use provisioner_tests::{Inventory, Kubectl, Program, Run, Spec, TestLab, bundle, figure};

const NODES: [&str; 3] = ["m1", "m2", "w1"];
const SET_UP: &str = include_str!("external/etcd.sh");
const ETCDCTL: &str = "etcdctl --cacert /srv/etcd/ca.crt --cert /srv/etcd/client.crt \
    --key /srv/etcd/client.key --endpoints https://127.0.0.1:2379";

#[test]
fn real_external_etcd() {
    let lab = TestLab::new("t-external", 62, &["m1", "m2", "w1", "r1"]);
    let address = lab.address_of("r1");
    lab.shell("r1", &format!("set -- {address}\n{SET_UP}"));
    // What is in that etcd, preflight asks with curl.
    lab.shell("m1", "apt-get install -y -qq --no-install-recommends curl >/dev/null");
    let mut spec = Spec::of(&lab);
    spec.set_yaml(
        "spec.kubernetes.etcd.external",
        &format!(
            "{{endpoints: ['https://{address}:2379'], ca: ./ca.crt, certificate: ./client.crt, key: ./client.key}}"
        ),
    );
    let program = Program::new(&lab, &spec);
    for file in ["ca.crt", "client.crt", "client.key"] {
        let text = lab.shell("r1", &format!("cat /srv/etcd/{file}"));
        fs_err::write(program.home().join(file), text + "\n").expect("written");
    }
    let before = NODES.map(|host| Inventory::of(&lab, host));

    refuses(&program, "external-etcd");
    lab.shell("r1", "systemctl start own-etcd");
    lab.wait("r1", &format!("{ETCDCTL} put /registry/minions/other x"));
    refuses(&program, "external-etcd-empty");
    lab.shell("r1", &format!("{ETCDCTL} del --prefix /registry/"));

    let up = program.up().expect(0);
    figure("external", "up", format!("{:.1} s ({})", up.seconds, up.stages()));
    let kubectl = kubectl(&program);
    kubectl.wait_for_nodes(NODES.len());
    let own =
        kubectl.run(&["-n", "kube-system", "get", "pods", "-l", "component=etcd", "-o", "name"]);
    assert_eq!(own, "", "no etcd of its own");
    program.plan().expect(0);
    let again = program.up().expect(0);
    assert!(again.changed().is_empty(), "{}", again.account());

    program.run("scale", &["--remove", "m2", "--yes"]).expect(0);
    kubectl.wait_for_nodes(NODES.len() - 1);
    program.down().expect(0);
    for (host, before) in NODES.iter().zip(before) {
        let difference = Inventory::of(&lab, host).difference(&before);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }
}

fn kubectl(program: &Program) -> Kubectl {
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    Kubectl::new(&path)
}

fn refuses(program: &Program, check: &str) {
    let options = ["--output", "json", "--bundle", bundle().as_str()];
    let preflight: Run = program.run("preflight", &options).expect(4);
    let report = preflight.json();
    let findings = report["findings"].as_array().expect("findings").iter();
    let errors: Vec<_> = findings.filter(|finding| finding["severity"] == "error").collect();
    assert!(!errors.is_empty(), "{report}");
    assert!(errors.iter().all(|finding| finding["check"] == check), "{report}");
}
