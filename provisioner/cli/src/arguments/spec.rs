use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

#[derive(Debug, Clone, Args)]
pub(crate) struct SpecArguments {
    /// The cluster spec; `-` is standard input
    #[arg(short, long = "file", value_name = "SPEC", value_hint = ValueHint::FilePath)]
    pub(crate) file: Utf8PathBuf,
}

/// How hosts are reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection options")]
pub(crate) struct ConnectArguments {
    /// Trust hosts that no `known_hosts` file mentions, and remember their keys. A key that differs
    /// from a known one is refused all the same
    ///
    /// Without it, an unknown key is asked about on a terminal, and refused elsewhere.
    #[arg(long)]
    pub(crate) accept_new_host_keys: bool,

    /// A further file with keys of known hosts, besides `~/.ssh/known_hosts`. May be given again
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) known_hosts: Vec<Utf8PathBuf>,
}
