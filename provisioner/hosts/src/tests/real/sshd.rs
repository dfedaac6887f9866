//! An sshd of one's own that sees users, sudo rules and folders of its own.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_engine::{Journal, Mode, RunInfo, RunJournal};
use provisioner_ssh::{Connection, Connector, Endpoint, HostKeyPolicy, Options};
use tempfile::TempDir;

use crate::privilege::Privilege;
use crate::session::{Claim, Session, SessionOptions};

/// Of the user `ops`.
pub(super) const PASSWORD: &str = "pass word";
/// The same, hashed by `openssl passwd -6`.
const HASH: &str = "$6$abcdefgh$YN8B0zmx4g7gHNsAPRHBHL7/9D2xv7Ojh6WbPzJjQGPPjUs3FiTtHkWxn/\
    GwRo78ZpAtbvjbXJsaUxh7djdaf0";
/// What a PAM service needs that knows nothing but passwords, and does not wait after a wrong one.
const PAM: &str = "auth required pam_unix.so nodelay\naccount required pam_permit.so\n\
    session required pam_permit.so\n";
pub(super) const RUN: &str = "20261120-061530-4f2a";
pub(super) const NONCE: &str = "0123456789abcdef";
/// Longer than anything here takes, shorter than a test runner's patience.
pub(super) const SOON: Duration = Duration::from_secs(15);

/// A running server; ends when dropped, with all its sessions.
pub(super) struct Sshd {
    port: u16,
    directory: TempDir,
    server: Child,
}

impl Sshd {
    /// A server with the users `dash`, `bash`, `csh` and `fish`, who are root with that shell (the
    /// startup files of bash are noisy), and `ops`, who may use sudo with a password.
    pub(super) fn start() -> Self {
        Self::with_sudo_rule("ops ALL=(ALL:ALL) ALL")
    }

    /// With a rule of sudoers(5) for `ops`.
    pub(super) fn with_sudo_rule(rule: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap();
        for key in ["host_key", "user_key"] {
            let file = path.join(key);
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", file.as_str()];
            assert!(Command::new("ssh-keygen").args(arguments).status().unwrap().success());
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        write_files(path, port, rule);
        let log = fs_err::File::create(path.join("log")).unwrap();
        let server = Command::new("unshare")
            .args(["--mount", "sh", "-c", NAMESPACE, path.as_str()])
            .stderr(log.into_parts().0)
            .stdin(Stdio::null())
            .spawn()
            .expect("util-linux is installed");
        let sshd = Self { port, directory, server };
        sshd.wait_until_it_listens();
        sshd
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + SOON;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs_err::read_to_string(self.path("log")).unwrap();
            assert!(Instant::now() < deadline, "sshd does not listen: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A file that tests and server share.
    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    pub(super) fn connector(&self) -> Connector {
        Connector::new(Options {
            known_hosts: vec![self.path("known_hosts")],
            host_keys: HostKeyPolicy::AcceptNew,
            ..Options::default()
        })
    }

    pub(super) fn endpoint(&self, user: &str) -> Endpoint {
        let mut endpoint = Endpoint::new("127.0.0.1", user);
        endpoint.name = "m1".into();
        endpoint.port = self.port;
        endpoint.identity_files = vec![self.path("user_key")];
        endpoint
    }

    pub(super) async fn connect(&self, user: &str) -> Connection {
        self.connector().connect(&self.endpoint(user)).await.unwrap()
    }

    /// The record of a run of this machine: it goes on for as long as this value lives.
    pub(super) fn record(&self, run: &str) -> RunJournal {
        let info = RunInfo {
            run: run.parse().unwrap(),
            command: "up".to_owned(),
            cluster: "prod".to_owned(),
            mode: Mode::Apply,
            version: "0.0.0".to_owned(),
        };
        self.journal().create(&info).unwrap()
    }

    fn journal(&self) -> Journal {
        Journal::new(self.path("runs"))
    }

    /// A session of a run that holds the lock.
    pub(super) fn session(&self, run: &str, holder: &str) -> Session {
        let options = SessionOptions {
            run: run.to_owned(),
            nonce: NONCE.to_owned(),
            claim: Some(Claim { holder: holder.to_owned(), journal: Some(self.journal()) }),
        };
        Session::new(self.endpoint("root"), Privilege::Root, options)
    }

    /// What a command prints that runs where the server does.
    pub(super) async fn run(&self, command: &str) -> String {
        let connection = self.connect("root").await;
        let captured = connection.run(command, b"", 1 << 20).await.unwrap();
        String::from_utf8(captured.stdout).unwrap()
    }

    /// The processes that serve connections: the server's children.
    pub(super) fn connections(&self) -> Vec<String> {
        let parent = self.server.id().to_string();
        let listed = Command::new("pgrep").args(["-P", &parent]).output().unwrap();
        String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Ends the connections without a word, as a lost network does.
    pub(super) fn cut_connections(&self) {
        for process in self.connections() {
            // It may just have ended by itself.
            let kill = ["-KILL", &process];
            Command::new("kill").args(kill).stderr(Stdio::null()).status().unwrap();
        }
    }

    /// Waits for something that a host does.
    pub(super) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + SOON;
        while !holds() {
            assert!(Instant::now() < deadline, "it never came to this: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.cut_connections();
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// `$0` is the folder with the files.
const NAMESPACE: &str = "set -e; cd $0
    mount -t tmpfs -o mode=755 none /run; mkdir /run/sshd
    mount -t tmpfs -o mode=755 none /var/lib
    for file in passwd shadow sudoers pam.d/sudo; do
        [ ! -e /etc/$file ] || mount --bind etc/$file /etc/$file
    done
    exec /usr/sbin/sshd -D -e -f $0/sshd_config";

fn write_files(path: &Utf8Path, port: u16, rule: &str) {
    fs_err::create_dir_all(path.join("etc/pam.d")).unwrap();
    fs_err::create_dir(path.join("home")).unwrap();
    let write = |name: &str, text: &str| fs_err::write(path.join(name), text).unwrap();
    let root_with = |(name, shell): (&str, &str)| format!("{name}:x:0:0::{path}/home:{shell}\n");
    let shells = [
        ("dash", "/bin/dash"),
        ("bash", "/bin/bash"),
        ("csh", "/bin/csh"),
        ("fish", "/usr/bin/fish"),
    ];
    let passwd = fs_err::read_to_string("/etc/passwd").unwrap();
    let others: String = shells.into_iter().map(root_with).collect();
    write("etc/passwd", &format!("{passwd}{others}ops:x:54321:54321::{path}/home:/bin/sh\n"));
    let shadow = |name: &str| format!("{name}:*:19000::::::\n");
    let names = ["root", "sshd", "dash", "bash", "csh", "fish"];
    let shadows: String = names.into_iter().map(shadow).collect();
    write("etc/shadow", &format!("{shadows}ops:{HASH}:19000::::::\n"));
    write("etc/sudoers", &format!("Defaults !lecture\n{rule}\n"));
    write("etc/pam.d/sudo", PAM);
    // bash reads it for a command over SSH as well (bash(1), "Invocation").
    write("home/.bashrc", "echo Welcome; echo 'Last login: never' >&2; printf 'hello '\n");
    write("home/.cshrc", "echo Welcome\n");
    write(
        "sshd_config",
        &format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {path}/host_key\n\
             AuthorizedKeysFile {path}/user_key.pub\nPidFile none\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
        ),
    );
    // The user's home and the key file are for others than root, too.
    for name in ["", "home", "home/.bashrc"] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(path.join(name), mode).unwrap();
    }
    let sudoers = std::os::unix::fs::PermissionsExt::from_mode(0o440);
    fs_err::set_permissions(path.join("etc/sudoers"), sudoers).unwrap();
}
