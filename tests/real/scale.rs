//! Hosts come and go: added by the spec, removed one by one, any control plane among them, dead ones too.

use std::collections::{BTreeMap, BTreeSet};

use provisioner_tests::{Inventory, Kubectl, Program, Run, Spec, TestLab, figure};
use serde_json::json;

const HOSTS: [&str; 5] = ["m1", "m2", "m3", "w1", "w2"];

struct Scale {
    lab: TestLab,
    spec: Spec,
    program: Program,
    before: BTreeMap<&'static str, Inventory>,
}

#[test]
fn real_hosts_come_and_go() {
    let lab = TestLab::new("t-scale", 16, &HOSTS);
    let spec = Spec::of(&lab);
    let program = Program::new(&lab, &spec);
    let before = HOSTS.map(|host| (host, Inventory::of(&lab, host))).into();
    let scale = Scale { lab, spec, program, before };
    let smaller = scale.without_w2();
    scale.program.set_spec(&smaller);
    scale.program.up().expect(0);
    let kubectl = scale.kubectl();

    scale.a_host_is_added_and_only_it_has_work(&kubectl);
    scale.a_protected_pod_holds_up_its_node(&kubectl);
    scale.a_host_is_pruned_and_is_what_it_was(&kubectl, &smaller);
    scale.control_planes_are_replaced(&kubectl);
    scale.a_dead_host_is_forgotten_and_cleaned_later(&kubectl);
    scale.the_only_worker_is_exchanged(&kubectl);
}

impl Scale {
    fn kubectl(&self) -> Kubectl {
        let path = self.program.home().join("kubeconfig.yaml");
        self.program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
        Kubectl::new(&path)
    }

    fn without_w2(&self) -> Spec {
        let mut spec = self.spec.clone();
        let w1 = format!("[{{name: w1, address: {}}}]", self.lab.address_of("w1"));
        spec.set_yaml("spec.hosts.workers", &w1);
        spec
    }

    fn remove(&self, host: &str, more: &[&str]) -> Run {
        let options = [&["--remove", host, "--yes", "--output", "json"], more].concat();
        self.program.run("scale", &options)
    }

    fn a_host_is_added_and_only_it_has_work(&self, kubectl: &Kubectl) {
        self.program.set_spec(&self.spec);
        let up = self.program.up().expect(0);
        figure("scale", "a worker added", format!("{:.1} s ({})", up.seconds, up.stages()));
        kubectl.wait_for_nodes(HOSTS.len());
        // Names of hosts, and routes to its pods.
        let of_others: BTreeSet<_> = up
            .changed()
            .into_iter()
            .filter(|change| change.host != "w2")
            .map(|change| (change.playbook, change.step))
            .collect();
        let expected = [
            ("base", "all hosts are in /etc/hosts"),
            ("network-bridge", "the routes are set"),
            ("network-bridge", "the routes to the pods of other hosts, as a list"),
        ];
        let expected = expected.map(|(playbook, step)| (playbook.to_owned(), step.to_owned()));
        assert_eq!(of_others, BTreeSet::from(expected), "{}", up.account());
    }

    fn a_protected_pod_holds_up_its_node(&self, kubectl: &Kubectl) {
        kubectl.run(&["cordon", "w1"]);
        web_is_made(kubectl);
        // v1 came with 1.21.
        let known = kubectl.run(&["api-versions"]);
        let policy = known.lines().find(|version| version.starts_with("policy/")).expect("policy");
        kubectl.apply(&json!({
            "apiVersion": policy, "kind": "PodDisruptionBudget",
            "metadata": {"name": "web"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
        }));
        web_runs(kubectl, "w2");
        kubectl.run(&["uncordon", "w1"]);

        let held_up = self.remove("w2", &["--drain-timeout", "3"]).expect(1);
        assert!(held_up.stdout.contains("default/web-"), "it names the pod: {}", held_up.account());
        assert!(kubectl.ready_nodes().contains(&"w2".to_owned()), "nothing else was done");
        let status =
            self.lab.shell("w2", "systemctl is-active kubelet; cat /var/lib/provisioner/cluster");
        assert_eq!(status, "active\nt-scale");
    }

    fn a_host_is_pruned_and_is_what_it_was(&self, kubectl: &Kubectl, smaller: &Spec) {
        self.program.set_spec(smaller);
        let plan = self.program.plan();
        assert!(
            plan.stdout.contains("w2 is a node of the cluster but not in the spec"),
            "{}",
            plan.account()
        );
        let bundle = provisioner_tests::bundle().as_str();
        let options =
            ["--yes", "--prune", "--drain-timeout", "3", "--force-drain", "--output", "json"];
        let up = self.program.run("up", &[&options[..], &["--bundle", bundle]].concat()).expect(0);
        figure("scale", "up --prune of one worker", format!("{:.1} s", up.seconds));
        assert_eq!(kubectl.ready_nodes(), ["m1", "m2", "m3", "w1"]);
        self.is_what_it_was("w2");
        kubectl.run(&["delete", "deployment,poddisruptionbudget", "web"]);
        self.program.plan().expect(0);
    }

    /// The first one as well; as often as `REPLACED` says.
    fn control_planes_are_replaced(&self, kubectl: &Kubectl) {
        let times = std::env::var("REPLACED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        for host in ["m1", "m2"].into_iter().cycle().take(2 * times) {
            let other = if host == "m1" { "m2" } else { "m1" };
            let removed = self.remove(host, &[]).expect(0);
            figure(
                "scale",
                "a control plane removed",
                format!("{:.1} s ({})", removed.seconds, removed.stages()),
            );
            kubectl.wait_for_etcd(other, 2);
            let proxy = self.lab.shell(other, "cat /etc/haproxy/haproxy.cfg");
            assert!(!proxy.contains(&format!("server {host} ")), "{proxy}");
            self.no_trace_of(kubectl, host);
            let up = self.program.up().expect(0);
            figure("scale", "it is added again", format!("{:.1} s", up.seconds));
            kubectl.wait_for_etcd(other, 3);
            kubectl.wait_for_nodes(4);
            self.program.plan().expect(0);
        }
    }

    fn no_trace_of(&self, kubectl: &Kubectl, host: &str) {
        let nodes =
            kubectl.run(&["get", "nodes,leases,certificatesigningrequests", "-A", "-o", "name"]);
        assert!(!nodes.lines().any(|line| line.ends_with(&format!("/{host}"))), "{nodes}");
        let requests = "jsonpath={range .items[*]}{.spec.username} {end}";
        let requests = kubectl.run(&["get", "certificatesigningrequests", "-o", requests]);
        assert!(!requests.contains(&format!("system:node:{host} ")), "{requests}");
        let lists =
            kubectl.run(&["-n", "kube-system", "get", "configmap", "kubeadm-config", "-o", "yaml"]);
        assert!(!lists.contains(&format!("\n      {host}:")), "{lists}");
        self.is_what_it_was(host);
    }

    fn is_what_it_was(&self, host: &str) {
        let difference = Inventory::of(&self.lab, host).difference(&self.before[host]);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }

    /// What would lose the quorum is refused, then the dead one goes.
    fn a_dead_host_is_forgotten_and_cleaned_later(&self, kubectl: &Kubectl) {
        self.lab.power_off("m2");
        // Before the others have found together, what is not known is refused, for another reason.
        kubectl.wait(&["get", "--raw", "/readyz"], |_| true);
        kubectl.wait(&["annotate", "node", "w1", "example.com/by=two", "--overwrite"], |_| true);
        let refused = self.remove("m3", &[]).expect(4);
        assert!(refused.stderr.contains("no quorum"), "{}", refused.account());
        // For most of a minute the cluster takes it for well, as it would one that only we do not reach.
        let ready = "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}";
        kubectl.wait(&["get", "node", "m2", "-o", ready], |text| text != "True");
        let forgotten = self.remove("m2", &[]).expect(0);
        assert!(forgotten.stdout.contains("m2 cannot be reached"), "{}", forgotten.account());
        kubectl.wait_for_etcd("m1", 2);
        let status = self.program.run("status", &[]);
        let warning = format!("m2 ({}) was removed", self.lab.address_of("m2"));
        assert!(status.stdout.contains(&warning), "{}", status.account());

        self.lab.start("m2");
        self.remove("m2", &[]).expect(0);
        self.no_trace_of(kubectl, "m2");
        kubectl.wait_for_etcd("m1", 2);
        kubectl.wait_for_nodes(3);
        self.program.up().expect(0);
        kubectl.wait_for_etcd("m1", 3);
        let status = self.program.run("status", &[]).expect(0);
        assert!(!status.stdout.contains("was removed"), "{}", status.account());
    }

    /// Its pods have somewhere to go: to the one that comes for it.
    fn the_only_worker_is_exchanged(&self, kubectl: &Kubectl) {
        web_is_made(kubectl);
        web_runs(kubectl, "w1");
        let mut spec = self.spec.clone();
        let w2 = format!("[{{name: w2, address: {}}}]", self.lab.address_of("w2"));
        spec.set_yaml("spec.hosts.workers", &w2);
        self.program.set_spec(&spec);
        let bundle = provisioner_tests::bundle().as_str();
        let options = ["--yes", "--prune", "--output", "json", "--bundle", bundle];
        let up = self.program.run("up", &options).expect(0);
        figure("scale", "the only worker exchanged", format!("{:.1} s", up.seconds));
        web_runs(kubectl, "w2");
        kubectl.wait(&["get", "nodes", "-o", "name"], |text| !text.contains("w1"));
        self.no_trace_of(kubectl, "w1");
        self.program.plan().expect(0);
    }
}

fn web_runs(kubectl: &Kubectl, node: &str) {
    let where_it_runs = [
        "get",
        "pods",
        "-l",
        "app=web",
        "-o",
        "jsonpath={.items[*].spec.nodeName}={.items[*].status.phase}",
    ];
    kubectl.wait(&where_it_runs, |text| text == format!("{node}=Running"));
}

fn web_is_made(kubectl: &Kubectl) {
    kubectl.apply(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{
                    "name": "web", "image": "provisioner.test/web:1", "imagePullPolicy": "Never",
                }]},
            },
        },
    }));
}
