//! The only place that reads environment variables.

use std::env;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_spec::SecretSource;
use secrecy::SecretString;

const PROGRAM: &str = "provisioner";

/// What the program knows of where it runs.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    home: Option<Utf8PathBuf>,
    state: Option<Utf8PathBuf>,
    cache: Option<Utf8PathBuf>,
    kubeconfig: Option<String>,
    pub(crate) ssh_agent: Option<Utf8PathBuf>,
    /// Where programs are looked for.
    path: Option<String>,
    pub(crate) no_color: bool,
    /// A terminal that cannot move its cursor.
    pub(crate) dumb: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    #[error("find the home directory of this user")]
    NoHome,
    #[error("read a secret from the environment: {name} is not set")]
    NoVariable { name: String },
    #[error("read a secret from {path}: {source}")]
    SecretFile { path: Utf8PathBuf, source: io::Error },
    #[error("read a secret from {path}: its first line is empty")]
    EmptySecret { path: Utf8PathBuf },
}

impl EnvironmentError {
    pub(crate) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoHome => "set HOME".to_owned(),
            Self::NoVariable { name } => {
                format!("set {name}, or run this on a terminal to be asked")
            }
            Self::SecretFile { .. } | Self::EmptySecret { .. } => return None,
        })
    }
}

impl Environment {
    pub(crate) fn read() -> Self {
        let home = etcetera::home_dir().ok().and_then(|home| Utf8PathBuf::from_path_buf(home).ok());
        let folder = |variable: &str, custom: &str| {
            absolute(variable)
                .or_else(|| home.as_ref().map(|home| home.join(custom)))
                .map(|folder| folder.join(PROGRAM))
        };
        Self {
            state: folder("XDG_STATE_HOME", ".local/state"),
            cache: folder("XDG_CACHE_HOME", ".cache"),
            kubeconfig: variable("KUBECONFIG"),
            ssh_agent: variable("SSH_AUTH_SOCK").map(Into::into),
            path: variable("PATH"),
            // https://no-color.org: when present and not empty.
            no_color: variable("NO_COLOR").is_some(),
            dumb: variable("TERM").is_some_and(|term| term == "dumb"),
            home,
        }
    }

    pub(crate) fn home(&self) -> Result<&Utf8Path, EnvironmentError> {
        self.home.as_deref().ok_or(EnvironmentError::NoHome)
    }

    /// Where runs are recorded.
    pub(crate) fn runs(&self) -> Result<Utf8PathBuf, EnvironmentError> {
        self.state.as_ref().map(|state| state.join("runs")).ok_or(EnvironmentError::NoHome)
    }

    pub(crate) fn cache(&self) -> Result<&Utf8Path, EnvironmentError> {
        self.cache.as_deref().ok_or(EnvironmentError::NoHome)
    }

    /// The kubeconfig that kubectl would change: the first of `KUBECONFIG`, else `~/.kube/config`.
    pub(crate) fn kubeconfig(&self) -> Result<Utf8PathBuf, EnvironmentError> {
        let named = self.kubeconfig.iter().flat_map(|list| list.split(':'));
        match named.map(Utf8PathBuf::from).find(|path| !path.as_str().is_empty()) {
            Some(path) => Ok(path),
            None => Ok(self.home()?.join(".kube/config")),
        }
    }

    /// Where a program is, if this user can run it by its name.
    pub(crate) fn program(&self, name: &str) -> Option<Utf8PathBuf> {
        use std::os::unix::fs::PermissionsExt as _;
        let is_program = |path: &Utf8PathBuf| {
            fs_err::metadata(path)
                .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        };
        let folders = self.path.iter().flat_map(|path| path.split(':'));
        folders.map(|folder| Utf8Path::new(folder).join(name)).find(is_program)
    }

    /// The path with `~` replaced.
    pub(crate) fn expand(&self, path: &Utf8Path) -> Result<Utf8PathBuf, EnvironmentError> {
        match path.strip_prefix("~") {
            Ok(rest) => Ok(self.home()?.join(rest)),
            Err(_) => Ok(path.to_owned()),
        }
    }

    /// The secret that a spec names.
    pub(crate) fn secret(&self, source: &SecretSource) -> Result<SecretString, EnvironmentError> {
        match source {
            SecretSource::Env(name) => variable(name)
                .map(SecretString::from)
                .ok_or_else(|| EnvironmentError::NoVariable { name: name.clone() }),
            SecretSource::File(path) => {
                let path = self.expand(path)?;
                let text = match fs_err::read_to_string(&path) {
                    Ok(text) => SecretString::from(text),
                    Err(source) => return Err(EnvironmentError::SecretFile { path, source }),
                };
                first_line(&text).ok_or(EnvironmentError::EmptySecret { path })
            }
        }
    }
}

fn first_line(text: &SecretString) -> Option<SecretString> {
    use secrecy::ExposeSecret as _;
    let line = text.expose_secret().lines().next().unwrap_or_default();
    (!line.is_empty()).then(|| SecretString::from(line))
}

/// The name of the user who runs this program.
pub(crate) fn user() -> String {
    variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(user_of_this_process)
}

/// As passwd(5) knows it; the number where it does not.
fn user_of_this_process() -> String {
    let Ok(process) = fs_err::metadata("/proc/self") else { return "unknown".to_owned() };
    let number = process.uid().to_string();
    let users = fs_err::read_to_string("/etc/passwd").unwrap_or_default();
    let mut users = users.lines().map(|line| line.split(':'));
    let name = users.find_map(|mut fields| {
        let name = fields.next()?;
        (fields.nth(1) == Some(&number)).then(|| name.to_owned())
    });
    name.unwrap_or(number)
}

/// How many times as fast as AWS that is which this program talks to: tests have a stand-in.
pub(crate) fn aws_pace() -> u32 {
    variable("PROVISIONER_AWS_PACE").and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The profile of the AWS CLI whose credentials are taken.
pub(crate) fn aws_profile() -> Option<String> {
    variable("AWS_PROFILE")
}

/// How kubectl calls this program: by the path of the file that runs now.
pub(crate) fn program() -> String {
    let path = env::current_exe().ok().and_then(|path| path.into_os_string().into_string().ok());
    path.unwrap_or_else(|| PROGRAM.to_owned())
}

/// The name of this machine.
pub(crate) fn machine() -> String {
    let name = fs_err::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { "localhost".to_owned() } else { name.trim().to_owned() }
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A path that is not absolute does not count (XDG Base Directory Specification).
fn absolute(name: &str) -> Option<Utf8PathBuf> {
    variable(name).map(Utf8PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
impl Environment {
    /// An environment in which only this home is set.
    pub(crate) fn with_home(home: &Utf8Path) -> Self {
        Self {
            home: Some(home.to_owned()),
            state: None,
            cache: Some(home.join(".cache").join(PROGRAM)),
            kubeconfig: None,
            ssh_agent: None,
            path: None,
            no_color: false,
            dumb: false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_kubeconfig_is_the_one_that_kubectl_would_change() {
        let of = |list: Option<&str>| {
            let kubeconfig = list.map(str::to_owned);
            let environment = Environment::with_home("/home/me".into());
            Environment { kubeconfig, ..environment }.kubeconfig().unwrap()
        };
        assert_eq!(of(None), "/home/me/.kube/config");
        assert_eq!(of(Some("/one:/two")), "/one");
        assert_eq!(of(Some(":/two")), "/two");
    }

    #[test]
    fn only_a_leading_tilde_is_the_home() {
        let environment = Environment::with_home("/home/me".into());
        for (path, expanded) in [
            ("~/key", "/home/me/key"),
            ("~", "/home/me"),
            ("/a/~/b", "/a/~/b"),
            ("~you/k", "~you/k"),
        ] {
            assert_eq!(environment.expand(path.into()).unwrap(), expanded);
        }
    }

    #[test]
    fn a_secret_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(folder.path()).unwrap();
        let environment = Environment::with_home(home);
        let secret = || environment.secret(&SecretSource::File("~/password".into()));
        assert!(matches!(secret(), Err(EnvironmentError::SecretFile { .. })));
        std::fs::write(home.join("password"), "\n").unwrap();
        assert!(matches!(secret(), Err(EnvironmentError::EmptySecret { .. })));
        std::fs::write(home.join("password"), " pass word \r\nmore\n").unwrap();
        assert_eq!(secret().unwrap().expose_secret(), " pass word ");
    }
}
