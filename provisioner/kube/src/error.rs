use camino::Utf8PathBuf;

use crate::api::EntranceError;

/// Why something with addons or the Kubernetes API did not work. Messages read on after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum KubeError {
    #[error("read {path}: {source}")]
    Read { path: Utf8PathBuf, source: std::io::Error },
    #[error("write {path}: {source}")]
    Write { path: Utf8PathBuf, source: std::io::Error },
    #[error("read {path}: it is not there")]
    Missing { path: Utf8PathBuf },
    #[error("read {path}: it is not UTF-8")]
    NotText { path: Utf8PathBuf },
    #[error("understand {path}: {reason}")]
    Definition { path: Utf8PathBuf, reason: String },
    #[error("render {path}: {reason}")]
    Render { path: Utf8PathBuf, reason: String },
    #[error("find the addon {name}: there is none of that name{}", list(.known))]
    UnknownAddon { name: String, known: Vec<String> },
    #[error("use the addon {name}: the spec does not enable it")]
    NotEnabled { name: String },
    #[error("open {name}: no enabled addon has it{}", list(.known))]
    NoDoor { name: String, known: Vec<String> },
    #[error("order the addons: {} need one another", .0.join(" and "))]
    Circle(Vec<String>),
    #[error("install the addon {addon} into Kubernetes {version}: it is for {required}")]
    WrongVersion { addon: String, version: String, required: String },
    #[error("reach the Kubernetes API: {0}")]
    Entrance(#[from] EntranceError),
    #[error("ask the Kubernetes API: {0}")]
    Client(#[source] Box<kube::Error>),
    #[error("{action}: {message}")]
    Refused { action: String, message: String, code: u16 },
    #[error("apply {object}: other programs own what would change: {}", .owners.join("; "))]
    Conflict { object: String, owners: Vec<String> },
    #[error("apply {object}: the cluster has no kind {kind} ({api_version})")]
    UnknownKind { object: String, kind: String, api_version: String },
    #[error("take the lock on the addons: another run is at work: {by}")]
    LockHeld { by: String },
    #[error("run helm: {0}")]
    NoHelm(String),
    #[error("use helm from {url}: its digest is sha256:{found}, and should be sha256:{wanted}")]
    ForeignHelm { url: String, found: String, wanted: String },
    #[error("{action}: {said}")]
    Helm { action: String, said: String },
    #[error(
        "use the chart {chart}: its digest is sha256:{found}, and {recorded_in} has sha256:{wanted}"
    )]
    Digest { chart: String, found: String, wanted: String, recorded_in: String },
    #[error("get {chart}: {said}")]
    Chart { chart: String, said: String },
    #[error("wait for {what}: {reason}")]
    NotReady { what: String, reason: String },
}

impl KubeError {
    /// Whether nobody has answered; somebody who refuses has.
    pub(crate) fn is_silence(&self) -> bool {
        match self {
            Self::Entrance(_) => true,
            Self::Client(error) => !matches!(**error, kube::Error::Api(_)),
            _ => false,
        }
    }

    /// What to do next, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Conflict { .. } => {
                "let the others give it up, or take it over with `addons up --force-conflicts`"
            }
            Self::UnknownAddon { .. } => "`provisioner addons list -f SPEC` lists them",
            Self::NotEnabled { .. } => "name it under `spec.addons`",
            Self::LockHeld { .. } => {
                "wait until it has ended; if it is gone, the same command takes over as soon as the lock has run out"
            }
            Self::NoHelm(_) => {
                "put helm 3 on the PATH (https://helm.sh/docs/intro/install) or into the bundle as bin/helm, or \
                 let it be fetched: from https://get.helm.sh, or a mirror of that in `spec.charts.mirrors`"
            }
            Self::ForeignHelm { .. } => {
                "what came is not what its publisher released: look at the mirror, or at what lies in between; \
                 or put helm 3 on the PATH"
            }
            Self::Digest { .. } => {
                "find out who changed the chart; if that was meant, take its line out of the lock file"
            }
            Self::Chart { .. } => {
                "give a mirror of its repository in `spec.charts.mirrors`, or put it into the bundle's charts/"
            }
            Self::Entrance(error) => return error.hint.clone(),
            Self::NotReady { .. } => "the same command goes on waiting",
            Self::Client(error) if is_stranger(error) => {
                "the cluster does not know who asks; on EKS, `eks.accessEntries` says whom it lets in"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<kube::Error> for KubeError {
    fn from(error: kube::Error) -> Self {
        match closed(&error) {
            Some(closed) => Self::Entrance(closed.clone()),
            None => Self::Client(Box::new(error)),
        }
    }
}

/// What the entrance has said, where it made no connection.
fn closed(error: &kube::Error) -> Option<&EntranceError> {
    let first = error as &(dyn std::error::Error + 'static);
    let mut causes = std::iter::successors(Some(first), |cause| cause.source());
    causes.find_map(|cause| cause.downcast_ref::<std::io::Error>()?.get_ref()?.downcast_ref())
}

/// Whether the API server answers that it knows nobody of these credentials.
fn is_stranger(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 401)
}

/// An error and what has led to it.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !message.contains(&said) {
            message = format!("{message}: {said}");
        }
        source = cause.source();
    }
    message
}

fn list(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; there are {}", names.join(", ")) }
}
