use camino::Utf8Path;
use fs_err as fs;

use crate::LabError;
use crate::command::{SEARCH_PATH, command, finish};

/// A program that a lab needs, and the Debian package that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub tool: &'static str,
    pub package: &'static str,
}

const REQUIREMENTS: [Requirement; 10] = [
    Requirement { tool: "systemd-nspawn", package: "systemd-container" },
    Requirement { tool: "mmdebstrap", package: "mmdebstrap" },
    Requirement { tool: "curl", package: "curl" },
    Requirement { tool: "nft", package: "nftables" },
    Requirement { tool: "ip", package: "iproute2" },
    Requirement { tool: "bridge", package: "iproute2" },
    Requirement { tool: "ssh-keygen", package: "openssh-client" },
    Requirement { tool: "mount", package: "mount" },
    Requirement { tool: "nsenter", package: "util-linux" },
    Requirement { tool: "setsid", package: "util-linux" },
];

/// The programs that a lab needs and this machine lacks.
pub fn missing() -> Vec<Requirement> {
    let has = |tool: &str| SEARCH_PATH.split(':').any(|dir| Utf8Path::new(dir).join(tool).exists());
    REQUIREMENTS.into_iter().filter(|requirement| !has(requirement.tool)).collect()
}

/// Installs the programs that a lab needs and this machine lacks, with apt.
///
/// # Errors
/// When not root, or when apt-get fails.
pub async fn install_missing() -> Result<Vec<Requirement>, LabError> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(missing);
    }
    require_root()?;
    for arguments in [
        vec!["update", "-qq"],
        [vec!["install", "-y", "-qq", "--no-install-recommends"], packages(&missing)].concat(),
    ] {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        finish(apt, "").await?;
    }
    Ok(missing)
}

/// # Errors
/// When not root, or when a program is missing.
pub(crate) fn check() -> Result<(), LabError> {
    require_root()?;
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let tools = missing.iter().map(|requirement| requirement.tool).collect();
    Err(LabError::ToolsMissing { tools, packages: packages(&missing) })
}

fn packages(requirements: &[Requirement]) -> Vec<&'static str> {
    let mut packages: Vec<_> = requirements.iter().map(|one| one.package).collect();
    packages.dedup();
    packages
}

/// The second number of `Uid:` is the effective one (`proc_pid_status(5)`).
pub(crate) fn require_root() -> Result<(), LabError> {
    let status = fs::read_to_string("/proc/self/status")?;
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    match uids.and_then(|uids| uids.split_whitespace().nth(1)) {
        Some("0") => Ok(()),
        _ => Err(LabError::NotRoot),
    }
}
