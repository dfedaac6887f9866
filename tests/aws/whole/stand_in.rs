//! AWS, as far as the tests go.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use provisioner_tests_api_server::ApiServer;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::venv;

/// An account of its own, with nothing in it but what AWS puts into every one.
#[derive(Debug)]
pub(crate) struct StandIn {
    /// Of a copy, whose it is a copy of.
    process: Option<Child>,
    port: u16,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) mutating: bool,
    /// Whose key it was signed with: an ARN, or the key where nobody knows it.
    pub(crate) caller: Option<String>,
    pub(crate) status: u64,
    pub(crate) query: String,
    pub(crate) fault: bool,
    /// Whether it asks for a further page of an answer.
    pub(crate) page: bool,
}

impl StandIn {
    /// One in which nothing takes any time.
    pub(crate) fn instant() -> Self {
        Self::start(0)
    }

    /// One that is so many times as fast as AWS.
    // It is waited for when it is dropped.
    #[allow(clippy::zombie_processes)]
    pub(crate) fn start(speed: u32) -> Self {
        let folder = TempDir::with_prefix("stand-in-").expect("a folder");
        let file = folder.path().join("port");
        let process = Command::new(venv::python())
            .args(["-m", "stand_in", "--port-file", file.to_str().expect("UTF-8")])
            .args(["--speed", &speed.to_string()])
            .current_dir(venv::FOLDER)
            .stdout(Stdio::null())
            .spawn()
            .expect("the stand-in");
        let begun = Instant::now();
        loop {
            if let Ok(port) = std::fs::read_to_string(&file) {
                let port = port.parse().expect("a port");
                return Self { process: Some(process), port };
            }
            assert!(begun.elapsed() < Duration::from_mins(2), "the stand-in does not start");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The account as it is now, in a process of its own: what is done there is not seen here. It lasts no
    /// longer than this one.
    pub(crate) fn copy(&self) -> Self {
        let port = self.order("copy", &Value::Null).as_u64().expect("a port");
        Self { process: None, port: port.try_into().expect("a port") }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn order(&self, path: &str, body: &Value) -> Value {
        let mut stream = self.send(path, body).expect("the stand-in");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).expect("JSON")
    }

    fn send(&self, path: &str, body: &Value) -> std::io::Result<TcpStream> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let head = format!(
            "POST /_/{path} HTTP/1.1\r\nHost: stand-in\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes())?;
        Ok(stream)
    }

    /// Everything in the account, by kind.
    pub(crate) fn account(&self) -> Value {
        self.order("account", &Value::Null)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        let calls = self.order("calls", &Value::Null);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let call = |call: &Value| Call {
            service: text(&call["service"]),
            operation: text(&call["operation"]),
            mutating: call["mutating"] == true,
            caller: call["caller"].as_str().map(str::to_owned),
            status: call["status"].as_u64().expect("a number"),
            query: text(&call["query"]),
            fault: call["fault"] == true,
            page: call["page"] == true,
        };
        calls.as_array().expect("a list").iter().map(call).collect()
    }

    pub(crate) fn changes(&self) -> Vec<String> {
        let changes = self.calls().into_iter().filter(|call| call.mutating);
        changes.map(|call| call.operation).collect()
    }

    /// Whether a fault that was asked for has come about.
    pub(crate) fn has_failed(&self) -> bool {
        self.calls().iter().any(|call| call.fault)
    }

    pub(crate) fn forget_calls(&self) {
        self.order("forget-calls", &Value::Null);
    }

    pub(crate) fn set_faults(&self, rules: &Value) {
        self.order("faults", rules);
    }

    /// After so many changes nobody gets an answer any more.
    pub(crate) fn hold_after(&self, changes: usize) {
        self.order("hold-after", &json!(changes));
    }

    pub(crate) fn is_held(&self) -> bool {
        self.order("held", &Value::Null) == true
    }

    pub(crate) fn release(&self) {
        self.order("release", &Value::Null);
    }

    /// Gives clusters an API: a real server, which asks this account whose a token is.
    pub(crate) fn give_api(&self) -> ApiServer {
        let server = ApiServer::trusting(Some(&format!("{}/_/review", self.url())));
        let endpoint = json!({"url": server.url(), "authority": server.authority()});
        self.order("endpoint", &endpoint);
        server
    }

    /// Whose a token for the API of a cluster is.
    pub(crate) fn owner_of_token(&self, token: &str) -> Option<String> {
        let kind = ("authentication.k8s.io/v1", "TokenReview");
        let review = json!({"apiVersion": kind.0, "kind": kind.1, "spec": {"token": token}});
        self.order("review", &review)["status"]["user"]["username"].as_str().map(str::to_owned)
    }

    /// The next creation of this node group fails, in AWS's words.
    pub(crate) fn fail_node_group(&self, name: &str, code: &str, message: &str) {
        let issue = json!({"code": code, "message": message, "resourceIds": []});
        self.order("fail-node-group", &json!({"name": name, "issue": issue}));
    }

    /// As in a cluster of before there were access entries.
    pub(crate) fn set_authentication_mode(&self, mode: &str) {
        self.order("authentication-mode", &json!(mode));
    }

    /// A node group (`groups`) or an addon (`addons`) comes down, and stays so.
    pub(crate) fn degrade(&self, kind: &str, name: &str) {
        self.order("degrade", &json!({"kind": kind, "name": name}));
    }

    /// AWS publishes AMIs for nodes of every kind and version, on that day: `20261115`.
    pub(crate) fn publish_release(&self, day: &str) {
        self.order("publish-release", &json!(day));
    }

    /// The next update of this node group, or `addon NAME`, fails in AWS's words.
    pub(crate) fn fail_update(&self, of: &str, code: &str, message: &str) {
        let error = json!({"errorCode": code, "errorMessage": message, "resourceIds": []});
        self.order("fail-update", &json!({"of": of, "error": error}));
    }

    /// AWS has found that out, and upgrades no control plane unless it is forced to.
    pub(crate) fn find_insight(&self, message: &str) {
        self.order("insight", &json!(message));
    }

    /// The next creation of a cluster fails.
    pub(crate) fn fail_cluster(&self, code: &str, message: &str) {
        let issue = json!({"code": code, "message": message, "resourceIds": []});
        self.order("fail-cluster", &issue);
    }

    /// Things of these kinds take until this is called once more, without them.
    pub(crate) fn hold(&self, kinds: &[&str]) {
        self.order("hold", &json!(kinds));
    }

    /// How many seconds something of that kind takes.
    pub(crate) fn duration(&self, kind: &str) -> f64 {
        self.order("durations", &Value::Null)[kind].as_f64().expect("a kind")
    }

    /// EKS has no more room for control planes in that zone.
    pub(crate) fn close_zone(&self, zone: &str) {
        self.order("close-zone", &json!(zone));
    }

    /// The next NAT gateway does not come up.
    pub(crate) fn fail_nat_gateway(&self) {
        self.order("fail-nat", &json!(true));
    }

    /// From now on only what this policy of IAM allows is allowed; everything without one.
    pub(crate) fn set_policy(&self, policy: Option<&Value>) {
        self.order("policy", &json!(policy));
    }

    /// The actions that had to be allowed since then: those called, and those that AWS takes on behalf of
    /// whoever calls it.
    pub(crate) fn used_actions(&self) -> BTreeSet<String> {
        serde_json::from_value(self.order("used-actions", &Value::Null)).expect("names")
    }

    /// Calls AWS as somebody else would, by the official client: `aws ec2 delete-tags ...`.
    pub(crate) fn by_hand(&self, arguments: &[&str]) -> Value {
        let client = venv::python().with_file_name("aws");
        let ran = Command::new(client)
            .args(arguments)
            .args(["--endpoint-url", &self.url(), "--output", "json"])
            .env("AWS_ACCESS_KEY_ID", "AKIDBYHAND")
            .env("AWS_SECRET_ACCESS_KEY", "secretEXAMPLEKEY")
            .env("AWS_DEFAULT_REGION", "us-west-2")
            .output()
            .expect("the official client");
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{arguments:?}: {errors}");
        serde_json::from_slice(&ran.stdout).unwrap_or_default()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        match &mut self.process {
            Some(process) => {
                let _ = process.kill();
                let _ = process.wait();
            }
            None => drop(self.send("end", &Value::Null)),
        }
    }
}
