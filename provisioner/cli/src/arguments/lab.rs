use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use provisioner_lab::System;

use super::SpecArguments;

/// Local hosts for trying it all out
///
/// Makes the hosts that a spec names on this machine: each a full Debian or Ubuntu with an init, an
/// sshd and an address of its own. Needs Linux and root.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  provisioner lab up -f cluster-specs/lab.yaml --install-missing
  provisioner up -f cluster-specs/lab.yaml --bundle BUNDLE
  provisioner lab down -f cluster-specs/lab.yaml")]
pub(crate) struct LabArguments {
    #[command(subcommand)]
    pub(crate) command: LabCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum LabCommand {
    Up(LabUp),
    Down(LabDown),
    Status(LabStatus),
}

/// Make the hosts that the spec names, or complete those that there are
#[derive(Debug, Clone, Args)]
pub(crate) struct LabUp {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// What the hosts run
    #[arg(long, value_name = "NAME", default_value = "debian")]
    pub(crate) system: LabSystem,

    /// Install the programs that a lab needs and this machine lacks, with apt
    #[arg(long)]
    pub(crate) install_missing: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LabSystem {
    /// Debian 12, from the mirror that this machine itself uses
    Debian,
    /// Ubuntu 24.04
    Ubuntu,
}

impl From<LabSystem> for System {
    fn from(system: LabSystem) -> Self {
        match system {
            LabSystem::Debian => Self::Debian,
            LabSystem::Ubuntu => Self::Ubuntu,
        }
    }
}

/// Remove a lab wholly: hosts, files, network; also what is left of one that was killed
#[derive(Debug, Clone, Args)]
pub(crate) struct LabDown {
    #[command(flatten)]
    pub(crate) lab: WhichLab,
}

/// Show the hosts of a lab
#[derive(Debug, Clone, Args)]
#[command(after_help = "Ends with 1 if not every host of the lab can be worked with.")]
pub(crate) struct LabStatus {
    #[command(flatten)]
    pub(crate) lab: WhichLab,
}

#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct WhichLab {
    /// The spec of the lab's cluster; `-` is standard input
    #[arg(short, long, value_name = "SPEC", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<Utf8PathBuf>,

    /// The lab's name, which is its cluster's
    pub(crate) name: Option<String>,
}
