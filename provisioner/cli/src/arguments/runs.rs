use clap::{Args, Subcommand};
use provisioner_engine::RunId;

/// Look at recorded runs
///
/// `up` and `plan` record what happens, for people to read; nothing depends on it. The newest 50
/// runs are kept in `~/.local/state/provisioner/runs` (`$XDG_STATE_HOME`).
#[derive(Debug, Clone, Args)]
pub(crate) struct RunsArguments {
    #[command(subcommand)]
    pub(crate) command: RunsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the recorded runs, the newest first
    List,
    Show(RunsShow),
}

/// Show what happened in a run
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner runs show                                    the newest run
  provisioner runs show 20261120-061530-4f2a -v            every step
  provisioner runs show --output json | jq 'select(.state == \"changed\") | .step'")]
pub(crate) struct RunsShow {
    /// The run, as `runs list` names it; the newest by default
    pub(crate) run: Option<RunId>,
}
