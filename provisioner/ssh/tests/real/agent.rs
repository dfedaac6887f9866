//! A real ssh-agent.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// A running agent; ends when dropped.
pub(crate) struct Agent {
    directory: TempDir,
    agent: Child,
}

impl Agent {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let agent = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(directory.path().join("socket"))
            .stdout(Stdio::null())
            .spawn()
            .expect("openssh-client is installed");
        let agent = Self { directory, agent };
        let deadline = Instant::now() + Duration::from_secs(10);
        while !agent.socket().exists() {
            assert!(Instant::now() < deadline, "ssh-agent makes no socket");
            std::thread::sleep(Duration::from_millis(10));
        }
        agent
    }

    pub(crate) fn socket(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join("socket")
    }

    /// Adds a key that has no passphrase.
    pub(crate) fn add(&self, key: &Utf8Path) {
        let added = Command::new("ssh-add")
            .arg("-q")
            .arg(key)
            .env("SSH_AUTH_SOCK", self.socket())
            .status()
            .unwrap();
        assert!(added.success());
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.agent.kill().ok();
        self.agent.wait().ok();
    }
}
