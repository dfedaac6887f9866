use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_mins(3);
const POLL: Duration = Duration::from_millis(300);

/// kubectl on this machine, with a kubeconfig that the program has made.
#[derive(Debug)]
pub struct Kubectl {
    kubeconfig: Utf8PathBuf,
}

impl Kubectl {
    pub fn new(kubeconfig: &Utf8Path) -> Self {
        Self { kubeconfig: kubeconfig.to_owned() }
    }

    /// What it says, whether or not it goes well.
    pub fn try_run(&self, arguments: &[&str], stdin: &str) -> Output {
        let program = crate::bundle().join("bin/kubectl");
        let mut child = Command::new(program)
            .args(["--kubeconfig", self.kubeconfig.as_str(), "--request-timeout", "20s"])
            .args(arguments)
            .env("HOME", self.kubeconfig.parent().expect("a folder"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl");
        let mut input = child.stdin.take().expect("its standard input");
        input.write_all(stdin.as_bytes()).expect("written");
        drop(input);
        child.wait_with_output().expect("kubectl")
    }

    /// What it prints; it must go well.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments, "");
        assert!(output.status.success(), "kubectl {arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.run(&[arguments, &["-o", "json"]].concat());
        serde_json::from_str(&text).expect("JSON")
    }

    #[track_caller]
    pub fn apply(&self, manifest: &Value) {
        let output = self.try_run(&["apply", "-f", "-"], &manifest.to_string());
        assert!(output.status.success(), "{manifest}: {output:?}");
    }

    /// Waits until what is asked for is so; tells how long it took.
    #[track_caller]
    pub fn wait(&self, arguments: &[&str], is_so: impl Fn(&str) -> bool) -> Duration {
        let began = Instant::now();
        loop {
            let output = self.try_run(arguments, "");
            if output.status.success() && is_so(&String::from_utf8_lossy(&output.stdout)) {
                return began.elapsed();
            }
            assert!(began.elapsed() < PATIENCE, "kubectl {arguments:?}: still {output:?}");
            std::thread::sleep(POLL);
        }
    }

    /// The names of the nodes that are ready.
    #[track_caller]
    pub fn ready_nodes(&self) -> Vec<String> {
        self.run(READY).split_whitespace().filter_map(ready).map(str::to_owned).collect()
    }

    /// Waits until as many nodes are ready.
    #[track_caller]
    pub fn wait_for_nodes(&self, count: usize) -> Duration {
        self.wait(READY, |text| text.split_whitespace().filter_map(ready).count() == count)
    }

    /// Waits until etcd has as many members, all of them healthy, by one that runs on this node.
    #[track_caller]
    pub fn wait_for_etcd(&self, node: &str, count: usize) {
        let began = Instant::now();
        loop {
            let seen = self.etcd(node);
            if seen == (count, count) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "etcd on {node}: still {seen:?}, all and healthy");
            std::thread::sleep(POLL);
        }
    }

    /// How many members there are, and how many of them are healthy; none where the kubelet has not
    /// told of the pod yet.
    pub fn etcd(&self, node: &str) -> (usize, usize) {
        let pod = format!("etcd-{node}");
        let etcdctl = |words: &[&str]| {
            let pki = "/etc/kubernetes/pki/etcd";
            let keys = [
                format!("--cacert={pki}/ca.crt"),
                format!("--cert={pki}/healthcheck-client.crt"),
                format!("--key={pki}/healthcheck-client.key"),
            ];
            let inside = ["-n", "kube-system", "exec", &pod, "--", "etcdctl"];
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let local = ["--endpoints=https://127.0.0.1:2379"];
            self.try_run(&[&inside[..], &local, &keys, words].concat(), "")
        };
        let members = etcdctl(&["member", "list"]);
        let started = String::from_utf8_lossy(&members.stdout).matches(", started,").count();
        // It tells of some on standard output, of others on standard error.
        let health = etcdctl(&["endpoint", "health", "--cluster"]);
        let said = [health.stdout, health.stderr].concat();
        let healthy = String::from_utf8_lossy(&said).matches(" is healthy").count();
        (started, healthy)
    }
}

const READY: &[&str] = &[
    "get",
    "nodes",
    "-o",
    r#"jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}"#,
];

fn ready(word: &str) -> Option<&str> {
    word.strip_suffix("=True")
}
