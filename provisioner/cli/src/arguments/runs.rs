use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueHint};
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
    Report(RunsReport),
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

/// Make a page of a run for a browser: one HTML file that needs nothing else
///
/// On it are the timeline, with every step of every host; what each stage took and waited for; every
/// failure with its output and what to do about it; all changes with their diffs; and how many steps
/// ended how. It is for runs that were cut off, too. Secrets are masked as they are in the record, but
/// it tells a lot about the hosts: the file has mode 0600.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner runs report                                  the newest run, into RUN.html
  provisioner runs report 20261120-061530-4f2a -o run.html
  provisioner runs report -o - | ssh www 'cat > run.html'")]
pub(crate) struct RunsReport {
    /// The run, as `runs list` names it; the newest by default
    pub(crate) run: Option<RunId>,

    /// The file to write, or `-` for standard output; one that is there already is replaced. By
    /// default it is named after the run, `RUN.html`, and lies in the current folder
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<Utf8PathBuf>,
}
