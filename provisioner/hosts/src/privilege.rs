//! Becoming root on a host.

use provisioner_playbook::shell::{QuoteError, ROOT_SHELL, quote};
use secrecy::SecretString;

/// How a login becomes root.
#[derive(Debug, Clone)]
pub(crate) enum Privilege {
    /// The login is root's.
    Root,
    /// By sudo, with the password that it asks for, if it asks.
    Sudo(Option<SecretString>),
}

impl Privilege {
    /// The command that starts a root shell, for any login shell: a POSIX one, csh or fish. The outer
    /// sh is there to tell the connection's process, which is its parent, by `$PPID`.
    pub(crate) fn command(&self) -> Result<String, QuoteError> {
        let start = match self {
            Self::Root => concat!(
                r#"[ "$(id -u)" = 0 ] || { echo "the login is not that of root" >&2; exit 1; }; "#,
                r#"exec /bin/sh -c "$0" sh "$PPID""#
            ),
            Self::Sudo(None) => r#"exec sudo -n -- /bin/sh -c "$0" sh "$PPID""#,
            Self::Sudo(Some(_)) => r#"exec sudo -S -p "" -- /bin/sh -c "$0" sh "$PPID""#,
        };
        Ok(format!("exec /bin/sh -c {} {}", quote(start)?, quote(ROOT_SHELL)?))
    }

    /// What sudo reads first.
    pub(crate) fn password(&self) -> Option<&SecretString> {
        match self {
            Self::Root => None,
            Self::Sudo(password) => password.as_ref(),
        }
    }
}
