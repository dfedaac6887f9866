use camino::Utf8PathBuf;
use clap::{Args, ValueHint};
use clap_complete::Shell;

/// Print the completions for a shell
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner completions bash > /etc/bash_completion.d/provisioner
  provisioner completions zsh > \"${fpath[1]}/_provisioner\"
  provisioner completions fish > ~/.config/fish/completions/provisioner.fish")]
pub(crate) struct CompletionsArguments {
    pub(crate) shell: Shell,
}

/// Print the manual page
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner man | man -l -
  provisioner man --dir /usr/local/share/man/man1           a page for each command")]
pub(crate) struct ManArguments {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<Utf8PathBuf>,
}
