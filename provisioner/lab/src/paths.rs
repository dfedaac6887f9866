use camino::{Utf8Path, Utf8PathBuf};

/// Where labs keep their files: everything lies below one folder.
#[derive(Clone, Debug)]
pub struct Paths {
    root: Utf8PathBuf,
}

impl Paths {
    /// `cache` is the program's cache folder, by custom `~/.cache/provisioner`.
    pub fn new(cache: impl AsRef<Utf8Path>) -> Self {
        Self { root: cache.as_ref().join("lab") }
    }

    /// The folder of all labs and images.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The private key that opens every host of the lab.
    pub fn private_key(&self, lab: &str) -> Utf8PathBuf {
        self.lab(lab).join("id_ed25519")
    }

    /// The hosts' public keys, in the format of OpenSSH's `known_hosts`.
    pub fn known_hosts(&self, lab: &str) -> Utf8PathBuf {
        self.lab(lab).join("known_hosts")
    }

    /// What the host's console showed since the lab was made.
    pub fn console_log(&self, lab: &str, host: &str) -> Utf8PathBuf {
        self.lab(lab).join("logs").join(format!("{host}.log"))
    }

    pub(crate) fn lab(&self, lab: &str) -> Utf8PathBuf {
        self.root.join(lab)
    }

    pub(crate) fn record(&self, lab: &str) -> Utf8PathBuf {
        self.lab(lab).join("lab.json")
    }

    pub(crate) fn keeper(&self, lab: &str, host: &str) -> Utf8PathBuf {
        self.lab(lab).join("keepers").join(format!("{host}.sh"))
    }

    /// The tmpfs that holds what the hosts write.
    pub(crate) fn disks(&self, lab: &str) -> Utf8PathBuf {
        self.lab(lab).join("disks")
    }

    pub(crate) fn disk(&self, lab: &str, host: &str) -> Utf8PathBuf {
        self.disks(lab).join(host)
    }

    /// Where the host's root file system is mounted.
    pub(crate) fn host_root(&self, lab: &str, host: &str) -> Utf8PathBuf {
        self.disk(lab, host).join("root")
    }

    pub(crate) fn image(&self, digest: &str) -> Utf8PathBuf {
        self.root.join(format!("image-{digest}"))
    }

    pub(crate) fn lock(&self) -> Utf8PathBuf {
        self.root.join("lock")
    }
}
