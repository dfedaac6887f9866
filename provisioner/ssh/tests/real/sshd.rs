//! An sshd of one's own, with its keys and configuration in a directory that goes with it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_ssh::{Connector, Endpoint, HostKeyPolicy, Options};
use tempfile::TempDir;

/// Root's password at a server started [`Sshd::with_password`].
pub(crate) const PASSWORD: &str = "pass word";
/// The same, hashed by `openssl passwd -6`.
const SHADOW: &str = "root:$6$abcdefgh$YN8B0zmx4g7gHNsAPRHBHL7/9D2xv7Ojh6WbPzJjQGPPjUs3FiTtHkWxn/\
    GwRo78ZpAtbvjbXJsaUxh7djdaf0:19000:0:99999:7:::\nsshd:!:19000::::::\n";
/// A PAM service that knows nothing but passwords, and does not wait after a wrong one.
const PAM: &str = "auth required pam_unix.so nodelay\naccount required pam_permit.so\n\
    session required pam_permit.so\n";

/// A running server; ends when dropped, with all its sessions.
pub(crate) struct Sshd {
    pub(crate) port: u16,
    directory: TempDir,
    server: Child,
}

impl Sshd {
    /// A server with an Ed25519 host key and one authorized Ed25519 key, `user_key`.
    pub(crate) fn start() -> Self {
        Self::with_settings("")
    }

    /// Further lines of `sshd_config(5)`; they come first, and in sshd the first value wins.
    pub(crate) fn with_settings(settings: &str) -> Self {
        Self::launch(settings, false, |_| {})
    }

    /// A server for which root has the password [`PASSWORD`]: it sees an `/etc/shadow` and a PAM
    /// service of its own.
    pub(crate) fn with_password(settings: &str) -> Self {
        Self::launch(settings, true, |_| {})
    }

    /// A server whose directory is prepared further, once its keys are made.
    pub(crate) fn prepared(settings: &str, prepare: impl FnOnce(&Utf8Path)) -> Self {
        Self::launch(settings, false, prepare)
    }

    fn launch(settings: &str, with_password: bool, prepare: impl FnOnce(&Utf8Path)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap();
        make_key(&path.join("host_ed25519"), "ed25519", "");
        make_key(&path.join("user_key"), "ed25519", "");
        std::fs::copy(path.join("user_key.pub"), path.join("authorized_keys")).unwrap();
        if settings.contains("DIRECTORY/host_rsa") {
            make_key(&path.join("host_rsa"), "rsa", "");
        }
        prepare(path);
        let port = free_port();
        let settings = settings.replace("DIRECTORY", path.as_str());
        let config = format!(
            "{settings}\nPort {port}\nListenAddress 127.0.0.1\nHostKey {path}/host_ed25519\n\
             AuthorizedKeysFile {path}/authorized_keys\nPidFile none\nStrictModes no\n\
             UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             PermitRootLogin yes\n"
        );
        std::fs::write(path.join("sshd_config"), config).unwrap();
        std::fs::create_dir_all("/run/sshd").unwrap();
        std::fs::write(path.join("shadow"), SHADOW).unwrap();
        std::fs::write(path.join("pam"), PAM).unwrap();
        let own_password =
            "cd $0; mount --bind shadow /etc/shadow; mount --bind pam /etc/pam.d/sshd;";
        let script = format!(
            "set -e; {} exec /usr/sbin/sshd -D -e -f $0/sshd_config",
            if with_password { own_password } else { "" }
        );
        let server = Command::new("unshare")
            .args(["--mount", "sh", "-c", &script, path.as_str()])
            .stderr(std::fs::File::create(path.join("log")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .expect("openssh-server is installed");
        let sshd = Self { port, directory, server };
        sshd.wait_until_it_listens();
        sshd
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "sshd does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A file beside the server's configuration.
    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    /// What the server has written, at the level it was told to.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
    }

    /// How many logins succeeded.
    pub(crate) fn logins(&self) -> usize {
        self.log().matches("Accepted ").count()
    }

    /// Lets one more key in.
    pub(crate) fn authorize(&self, key: &Utf8Path) {
        let mut keys = std::fs::read_to_string(self.path("authorized_keys")).unwrap();
        keys += &std::fs::read_to_string(format!("{key}.pub")).unwrap();
        std::fs::write(self.path("authorized_keys"), keys).unwrap();
    }

    /// The server, to be logged in to with `user_key`.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let mut endpoint = Endpoint::new("127.0.0.1", "root");
        endpoint.name = "m1".into();
        endpoint.port = self.port;
        endpoint.identity_files = vec![self.path("user_key")];
        endpoint
    }

    /// Options under which new hosts are accepted, with a `known_hosts` file of the server's own.
    pub(crate) fn options(&self) -> Options {
        Options {
            known_hosts: vec![self.path("known_hosts")],
            host_keys: HostKeyPolicy::AcceptNew,
            connect_timeout: Duration::from_secs(10),
            ..Options::default()
        }
    }

    pub(crate) fn connector(&self) -> Connector {
        Connector::new(self.options())
    }

    /// The processes that serve connections: the server's children.
    pub(crate) fn sessions(&self) -> Vec<u32> {
        let parent = self.server.id().to_string();
        let listed = Command::new("pgrep").args(["-P", &parent]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        listed.lines().map(|line| line.parse().unwrap()).collect()
    }

    pub(crate) fn signal_sessions(&self, signal: &str) {
        for session in self.sessions() {
            signal_process(session, signal);
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.signal_sessions("-KILL");
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

pub(crate) fn signal_process(process: u32, signal: &str) {
    Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
}

/// Makes a key with ssh-keygen(1), in OpenSSH's format.
pub(crate) fn make_key(file: &Utf8Path, kind: &str, passphrase: &str) {
    make_key_with(file, &["-t", kind], passphrase);
}

/// Makes a key with further arguments, such as `-m PKCS8`. Few rounds: the tests are in a hurry.
pub(crate) fn make_key_with(file: &Utf8Path, arguments: &[&str], passphrase: &str) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-a", "4", "-N", passphrase, "-C", file.file_name().unwrap(), "-f"])
        .arg(file)
        .args(arguments)
        .status()
        .expect("openssh-client is installed");
    assert!(made.success());
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
