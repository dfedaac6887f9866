//! What can be said on the command line. Each definition feeds the parser, the help, the completions,
//! the manual page and `docs/cli.md`.

mod addons;
mod bundle;
mod certs;
mod down;
mod drain;
mod eks_token;
mod etcd;
mod exec;
mod global;
mod init;
mod kubeconfig;
mod lab;
mod open;
mod plan;
mod preflight;
mod root;
mod runs;
mod scale;
mod shell;
mod spec;
mod status;
mod up;
mod upgrade;
mod validate;

pub(crate) use addons::{
    AddonsArguments, AddonsCommand, AddonsDown, AddonsImages, AddonsList, AddonsPlan, AddonsUp,
    WhichAddons,
};
pub(crate) use bundle::{BundleArguments, BundleCommand, BundleCreate, BundleVerify};
pub(crate) use certs::{
    CertsArguments, CertsCommand, CertsRenew, CertsRotateEncryptionKey, CertsStatus,
};
pub(crate) use down::DownArguments;
pub(crate) use drain::DrainArguments;
pub(crate) use eks_token::EksTokenArguments;
pub(crate) use etcd::{EtcdArguments, EtcdCommand, EtcdRestore, EtcdSnapshot};
pub(crate) use exec::ExecArguments;
pub(crate) use global::{ColorChoice, GlobalArguments, OutputFormat};
pub(crate) use init::InitArguments;
pub(crate) use kubeconfig::KubeconfigArguments;
pub(crate) use lab::{LabArguments, LabCommand, LabUp, WhichLab};
pub(crate) use open::OpenArguments;
pub(crate) use plan::PlanArguments;
pub(crate) use preflight::PreflightArguments;
pub(crate) use root::{Arguments, Command};
pub(crate) use runs::{RunsArguments, RunsCommand, RunsReport, RunsShow};
pub(crate) use scale::ScaleArguments;
pub(crate) use shell::{CompletionsArguments, ManArguments};
pub(crate) use spec::{ConnectArguments, SpecArguments};
pub(crate) use status::StatusArguments;
pub(crate) use up::UpArguments;
pub(crate) use upgrade::UpgradeArguments;
pub(crate) use validate::ValidateArguments;
