use std::io;

use camino::Utf8PathBuf;
use provisioner_engine::JournalError;
use provisioner_hosts::HostsError;
use provisioner_kube::KubeError;
use provisioner_lab::LabError;
use provisioner_playbook::PlaybookError;
use provisioner_playbook::shell::QuoteError;
use provisioner_spec::Diagnostics;

use crate::environment::EnvironmentError;
use crate::exit::Exit;
use crate::usage;

/// Everything that ends a command other than its own result. Messages read on after "failed to".
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("write the output: {0}")]
    Output(#[from] io::Error),
    #[error("understand the command line: {}", usage::reason(.0))]
    Arguments(Box<clap::Error>),
    #[error("start: {0}")]
    Runtime(io::Error),
    #[error("read the spec {path}: {source}")]
    ReadSpec { path: Utf8PathBuf, source: io::Error },
    #[error("understand the spec {}: {} wrong", .0.file(), count(.0.len(), "thing is", "things are"))]
    Spec(Box<Diagnostics>),
    #[error("use {what}: it is for clusters on hosts, and this one is on EKS")]
    ForHostsOnly { what: &'static str },
    #[error("use {what}: in this version it is for clusters on EKS, and this one is on hosts")]
    ForEksOnly { what: &'static str },
    #[error("upgrade to {to}: {why}")]
    Upgrade { to: String, why: String },
    #[error(transparent)]
    Aws(#[from] provisioner_aws::AwsError),
    #[error("ask whether to go on: this is no terminal")]
    NobodyToAsk,
    #[error("go on: the answer was no; nothing was changed")]
    Declined,
    #[error("make every check: interrupted")]
    Interrupted,
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("find a recorded run in {folder}")]
    NoRuns { folder: Utf8PathBuf },
    #[error("make the report: {0}")]
    Report(Box<handlebars::RenderError>),
    #[error("write the report {path}: {source}")]
    WriteReport { path: Utf8PathBuf, source: io::Error },
    #[error(transparent)]
    Bundle(#[from] provisioner_bundle::Error),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error("use the playbooks: {0}")]
    Playbook(#[from] PlaybookError),
    #[error("use the audit policy: {why}")]
    AuditPolicy { why: String },
    #[error("use the certificate for etcd: {why}")]
    EtcdFiles { why: String },
    /// The source names the file.
    #[error("understand ~/.ssh/config: {0}")]
    SshConfig(io::Error),
    #[error("work with the hosts: {0}")]
    Hosts(#[from] HostsError),
    #[error(transparent)]
    Kube(#[from] KubeError),
    #[error("use the command: {0}")]
    Command(QuoteError),
    #[error(transparent)]
    Pki(#[from] provisioner_pki::Error),
    #[error("write the kubeconfig {path}: {source}")]
    Kubeconfig { path: Utf8PathBuf, source: io::Error },
    #[error("renew every certificate: {left} expire no later than before")]
    NotRenewed { left: String },
    #[error("write the snapshot {path}: {source}")]
    WriteSnapshot { path: Utf8PathBuf, source: io::Error },
    #[error("write the manual page {path}: {source}")]
    WriteManual { path: Utf8PathBuf, source: io::Error },
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Arguments(_)
            | Self::ReadSpec { .. }
            | Self::ForHostsOnly { .. }
            | Self::ForEksOnly { .. }
            | Self::Upgrade { .. }
            | Self::NobodyToAsk
            | Self::Environment(_)
            | Self::SshConfig(_)
            | Self::Command(_)
            | Self::Playbook(_)
            | Self::Kube(
                KubeError::UnknownAddon { .. }
                | KubeError::NotEnabled { .. }
                | KubeError::NoDoor { .. },
            )
            | Self::Hosts(HostsError::NoSuchHost(_)) => Exit::Usage,
            Self::Hosts(HostsError::LockHeld { .. }) => Exit::LockHeld,
            Self::Hosts(HostsError::MayNotLeave { .. }) => Exit::PreflightRefused,
            Self::Interrupted => Exit::Interrupted,
            Self::Spec(_) => Exit::SpecInvalid,
            _ => Exit::Failed,
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::ReadSpec { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("`provisioner init --hosts > cluster.yaml` makes one to start from".into())
            }
            Self::Arguments(error) => usage::hint(error),
            Self::NobodyToAsk => Some("pass --yes to go on without a question".into()),
            Self::NotRenewed { .. } => {
                Some("`provisioner certs status` shows them; run the same command again".into())
            }
            Self::NoRuns { .. } => Some("`up` and `plan` record their runs there".into()),
            Self::Journal(JournalError::NoSuchRun { .. }) => {
                Some("`provisioner runs list` names those that are there".into())
            }
            Self::Bundle(provisioner_bundle::Error::NoManifest(_)) => {
                Some("`provisioner bundle create` makes one".into())
            }
            Self::Environment(error) => error.hint(),
            Self::Aws(error) => error.hint(),
            Self::Hosts(error) => error.hint(),
            Self::Lab(error) => error.hint(),
            Self::Kube(error) => error.hint(),
            _ => None,
        }
    }
}

/// "1 thing is", "3 things are".
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
