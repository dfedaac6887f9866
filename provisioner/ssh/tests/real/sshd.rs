//! An sshd of one's own, with its keys and configuration in a directory that goes with it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_ssh::{Connector, Endpoint, HostKeyPolicy, Options};
use tempfile::TempDir;

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

    /// Further lines of sshd_config(5); they come first, and in sshd the first value wins.
    pub(crate) fn with_settings(settings: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap();
        make_key(&path.join("host_ed25519"), "ed25519", "");
        make_key(&path.join("host_rsa"), "rsa", "");
        make_key(&path.join("user_key"), "ed25519", "");
        std::fs::copy(path.join("user_key.pub"), path.join("authorized_keys")).unwrap();
        let port = free_port();
        let settings = settings.replace("DIRECTORY", path.as_str());
        // MaxStartups and MaxSessions as OpenSSH has them; StrictModes looks at /tmp's mode.
        let config = format!(
            "{settings}\nPort {port}\nListenAddress 127.0.0.1\nHostKey {path}/host_ed25519\n\
             HostKey {path}/host_rsa\nAuthorizedKeysFile {path}/authorized_keys\n\
             PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
        );
        std::fs::write(path.join("sshd_config"), config).unwrap();
        std::fs::create_dir_all("/run/sshd").unwrap();
        let server = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(path.join("sshd_config"))
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

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
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
