//! The one place where text becomes shell text.

mod quote;

pub use quote::{QuoteError, quote};

const PRELUDE: &str = concat!(
    include_str!("prelude/begin.sh"),
    include_str!("prelude/frames.sh"),
    include_str!("prelude/lock.sh"),
    include_str!("prelude/ledger.sh"),
    include_str!("prelude/jobs.sh"),
    include_str!("prelude/steps.sh"),
    include_str!("prelude/files.sh"),
    include_str!("prelude/packages.sh"),
    include_str!("prelude/system.sh"),
    include_str!("prelude/blobs.sh"),
    include_str!("prelude/commands.sh"),
    include_str!("prelude/undo.sh"),
);
const APT: &str = include_str!("apt.sh");
const DNF: &str = include_str!("dnf.sh");

/// What every stage's script stands on; sent once to each root shell. It leaves beside itself, in
/// [`RUN_DIR`], how packages are installed: that part runs in processes of its own.
///
/// # Errors
/// None in practice: only text with a NUL byte cannot be quoted.
pub fn prelude() -> Result<String, QuoteError> {
    let (apt, dnf) = (quote(APT)?, quote(DNF)?);
    Ok(format!(
        "{PRELUDE}printf '%s' {apt} >\"$p_run_dir/apt.sh\"\nprintf '%s' {dnf} >\"$p_run_dir/dnf.sh\"\n"
    ))
}

/// The program's folder in memory on a host; gone after a reboot.
pub const RUN_DIR: &str = "/run/provisioner";

/// The program's folder on a host's disk.
pub const STATE_DIR: &str = "/var/lib/provisioner";

/// A root shell: reads `script LENGTH`, then that many bytes of script, and sources them, until its
/// input ends. Any other line (a sudo password that sudo did not want) is passed over. `read` takes
/// no byte beyond the line, `head -c` none beyond the length. A script that has not come whole, or for
/// which there is no room, is not run: the shell ends. `$1` is the process of the connection.
///
/// One line, without exclamation marks and single quotes: csh and fish take it as well.
pub const ROOT_SHELL: &str = concat!(
    r#"umask 077; mkdir -p /run/provisioner || exit 1; p_connection=$1; p_script=/run/provisioner/script.$$; "#,
    r#"echo provisioner; while IFS= read -r p_line; do case $p_line in "script "*) "#,
    r#"p_length=${p_line#script }; head -c "$p_length" >"$p_script" "#,
    r#"&& [ "$(stat -c %s "$p_script")" = "$p_length" ] || { rm -f "$p_script"; exit 1; }; "#,
    r#". "$p_script"; rm -f "$p_script";; esac; done"#
);

/// The first line that a root shell prints.
pub const GREETING: &str = "provisioner";
