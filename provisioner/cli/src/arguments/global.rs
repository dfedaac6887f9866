use std::num::NonZeroUsize;

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, ValueEnum};

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArguments {
    /// In which form results are printed
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub(crate) output: OutputFormat,

    /// Say more: every step; twice: what goes on inside as well
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,

    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// When to use colors; `auto` honours `NO_COLOR` and whether there is a terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,

    /// A folder whose files replace the program's own, one by one: `DIR/playbooks/NAME.yaml`
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) assets: Option<Utf8PathBuf>,

    /// On how many hosts to work at once
    #[arg(long, global = true, value_name = "N", default_value = "64")]
    pub(crate) parallelism: NonZeroUsize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Text for people
    Human,
    /// JSON for programs: a query prints one document, a run one event a line
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}
