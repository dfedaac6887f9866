//! A cluster without nodes.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use crate::programs::{etcd, kubectl, kubernetes};

/// It is against hanging only.
const PATIENCE: Duration = Duration::from_secs(100);
const TOKEN: &str = "the-administrator-of-this-test";

/// Ends when it is dropped.
#[derive(Debug)]
pub struct ApiServer {
    children: Vec<Child>,
    folder: TempDir,
    pub port: u16,
}

impl ApiServer {
    pub fn start() -> Self {
        Self::trusting(None)
    }

    /// One that asks somebody else too whose a token is: the URL of a service that answers
    /// `TokenReview`s.
    pub fn trusting(reviewer: Option<&str>) -> Self {
        let folder = TempDir::with_prefix("provisioner-api-").unwrap();
        let [etcd_port, peer_port, port] = free_ports();
        let mut server = Self { children: Vec::new(), folder, port };
        let at = server.path("");
        std::fs::write(at.join("tokens.csv"), format!("{TOKEN},admin,admin,system:masters\n"))
            .unwrap();
        std::fs::write(at.join("sa.key"), service_account_key()).unwrap();
        let client = format!("http://127.0.0.1:{etcd_port}");
        let peer = format!("http://127.0.0.1:{peer_port}");
        let mut command = etcd();
        command.args(["--data-dir", at.join("etcd").as_str()]);
        command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
        command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        command.args(["--initial-cluster", &format!("default={peer}")]);
        server.spawn("etcd", command);
        let mut command = kubernetes("kube-apiserver");
        let key = at.join("sa.key");
        command.args([
            format!("--etcd-servers={client}"),
            format!("--secure-port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--cert-dir={}", at.join("certificates")),
            format!("--token-auth-file={}", at.join("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={key}"),
            format!("--service-account-signing-key-file={key}"),
        ]);
        if let Some(reviewer) = reviewer {
            let file = at.join("reviewer");
            std::fs::write(&file, kubeconfig(reviewer, "insecure-skip-tls-verify: true", "{}"))
                .unwrap();
            command.arg(format!("--authentication-token-webhook-config-file={file}"));
            command.arg("--authentication-token-webhook-version=v1");
        }
        server.spawn("kube-apiserver", command);
        server.wait_until_ready();
        let kubeconfig = at.join("kubeconfig");
        std::fs::write(&kubeconfig, server.kubeconfig()).unwrap();
        let mut command = kubernetes("kube-controller-manager");
        command.args([
            format!("--kubeconfig={kubeconfig}"),
            format!("--service-account-private-key-file={key}"),
            "--port=0".to_owned(),
            "--secure-port=0".to_owned(),
            "--leader-elect=false".to_owned(),
            "--controllers=*".to_owned(),
        ]);
        server.spawn("kube-controller-manager", command);
        server
    }

    /// kubectl on this cluster; it must go well.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let output = self.try_kubectl(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub fn try_kubectl(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = kubectl();
        command.args(["--kubeconfig", self.path("kubeconfig").as_str()]).args(arguments);
        command.output().unwrap()
    }

    /// Applies YAML as somebody else.
    pub fn apply(&self, manager: &str, yaml: &str) {
        let path = self.path("manifest.yaml");
        // kubectl of this age takes an opening brace for JSON.
        let value: serde_json::Value = serde_yaml::from_str(yaml).unwrap();
        std::fs::write(&path, value.to_string()).unwrap();
        let manager = format!("--field-manager={manager}");
        self.kubectl(&[
            "apply",
            "--server-side",
            "--force-conflicts",
            &manager,
            "-f",
            path.as_str(),
        ]);
    }

    pub fn kubeconfig_file(&self) -> Utf8PathBuf {
        self.path("kubeconfig")
    }

    /// Says what a kubelet would say: kubectl of this age cannot change a status by itself.
    pub fn set_status(&self, path: &str, status: &str) {
        let url = format!("https://127.0.0.1:{}{path}", self.port);
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--insecure", "--request", "PATCH"])
            .args(["--header", &format!("Authorization: Bearer {TOKEN}")])
            .args(["--header", "Content-Type: application/merge-patch+json"])
            .args(["--data", &format!(r#"{{"status":{status}}}"#), &url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Waits until kubectl says something that is so.
    pub fn wait(&self, arguments: &[&str], is_so: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let output = self.try_kubectl(arguments);
            let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if output.status.success() && is_so(&said) {
                return said;
            }
            assert!(began.elapsed() < PATIENCE, "kubectl {arguments:?} still says {said}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the server's certificate is signed by, in Base64.
    pub fn authority(&self) -> String {
        base64(&std::fs::read(self.path("certificates/apiserver.crt")).unwrap())
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// An administrator's.
    pub fn kubeconfig(&self) -> String {
        let authority = format!("certificate-authority-data: {}", self.authority());
        kubeconfig(&self.url(), &authority, &format!("{{token: {TOKEN}}}"))
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).unwrap().join(name)
    }

    fn spawn(&mut self, name: &str, mut command: Command) {
        let log = std::fs::File::create(self.path(&format!("{name}.log"))).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command.process_group(0);
        self.children.push(command.spawn().unwrap());
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        let certificate = self.path("certificates/apiserver.crt");
        loop {
            if certificate.exists() {
                std::fs::write(self.path("kubeconfig"), self.kubeconfig()).unwrap();
                if self.try_kubectl(&["get", "--raw", "/readyz"]).status.success() {
                    return;
                }
            }
            let log = std::fs::read_to_string(self.path("kube-apiserver.log")).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "the API server is not ready: {log}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn kubeconfig(server: &str, trust: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         clusters: [{{name: test, cluster: {{server: '{server}', {trust}}}}}]\n\
         users: [{{name: user, user: {user}}}]\n\
         contexts: [{{name: test, context: {{cluster: test, user: user}}}}]\n"
    )
}

/// Below those that the kernel gives to outgoing connections, of which there are many beside this, and
/// begun elsewhere by each process.
fn free_ports<const N: usize>() -> [u16; N] {
    let first = 12_000 + u16::try_from(std::process::id() % 4_000).unwrap() * 5;
    let mut free = (first..32_000).filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    [(); N].map(|()| free.next().expect("a free port"))
}

fn service_account_key() -> String {
    let key = provisioner_pki::ServiceAccountKey::generate().unwrap();
    key.private_pem.expose_secret().to_owned()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}
