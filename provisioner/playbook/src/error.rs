use camino::Utf8PathBuf;

/// Why playbooks cannot be used; each names the file.
#[derive(Debug, thiserror::Error)]
pub enum PlaybookError {
    #[error("{path} is not there")]
    Missing { path: Utf8PathBuf },
    #[error("{path} cannot be read")]
    Read { path: Utf8PathBuf, source: std::io::Error },
    #[error("{path} is not UTF-8")]
    NotText { path: Utf8PathBuf },
    #[error("{path}: {source}")]
    Parse { path: Utf8PathBuf, source: serde_yaml::Error },
    #[error(
        "{path}: step `{step}` needs exactly one kind (file, template, package, ...), it has {found}"
    )]
    Kind { path: Utf8PathBuf, step: String, found: usize },
    #[error("{path}: step `{step}`: {reason}")]
    Step { path: Utf8PathBuf, step: String, reason: String },
    #[error("{path}: step `{step}`: {source}")]
    Render { path: Utf8PathBuf, step: String, source: Box<handlebars::RenderError> },
    #[error("{path}: step `{step}` notifies `{handler}`, which is no handler of this playbook")]
    Handler { path: Utf8PathBuf, step: String, handler: String },
    #[error("{path}: step `{step}`: `{key}` is not in the context")]
    Context { path: Utf8PathBuf, step: String, key: String },
    #[error("stage `{stage}`: `{key}` is not in the context")]
    StageContext { stage: String, key: String },
    #[error("{path}: stage `{stage}` names the playbook `{playbook}`, which is not there")]
    Playbook { path: Utf8PathBuf, stage: String, playbook: String },
    #[error("{path}: {reason}")]
    Syntax { path: Utf8PathBuf, reason: String },
    #[error("two playbooks are called `{name}`")]
    Taken { name: String },
    #[error("{path}: there is no stage `{stage}`")]
    NoStage { path: Utf8PathBuf, stage: String },
    #[error("{path}: step `{step}`: {source}")]
    Quote { path: Utf8PathBuf, step: String, source: crate::shell::QuoteError },
}
