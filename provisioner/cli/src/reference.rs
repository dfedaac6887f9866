//! `docs/cli.md`: the parts of it that follow from the definitions of the command line. And whether the files that the
//! map of the program names are there.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};

use crate::arguments::Arguments;
use crate::exit::Exit;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
/// Folders of the repository: what is named by a path in one of them is meant to be there.
const FOLDERS: [&str; 7] =
    ["addons/", "cluster-specs/", "docs/", "playbooks/", "provisioner/", "tests/", "vagrant/"];

/// Run with `UPDATE_DOCS=1` in the environment to write the file instead.
#[test]
fn the_reference_is_up_to_date() {
    let before = std::fs::read_to_string(FILE).unwrap();
    let after = with_section(&before, "exit codes", &exit_codes());
    let after = with_section(&after, "commands", &commands());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(FILE, after).unwrap();
    } else {
        assert!(before == after, "docs/cli.md is stale: run this test with UPDATE_DOCS=1");
    }
}

#[test]
fn the_map_names_what_is_there() {
    for file in ["docs/ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        let text = std::fs::read_to_string(format!("{ROOT}{file}")).unwrap();
        // Of what stands between backticks every second piece is code.
        let names = text.split('`').skip(1).step_by(2);
        let paths = names.filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)));
        let example = |path: &&str| path.contains("NAME") || path.contains(' ');
        for path in paths.filter(|path| !example(path)) {
            assert!(std::path::Path::new(ROOT).join(path).exists(), "{file} names {path}");
        }
    }
}

/// The text with what stands between the marks of a section replaced.
fn with_section(text: &str, name: &str, section: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: generated -->\n"), format!("<!-- {name}: end -->\n"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{section}{end}{after}")
}

fn exit_codes() -> String {
    let mut text = "| code | meaning |\n|---|---|\n".to_owned();
    for exit in Exit::ALL {
        writeln!(text, "| {} | {} |", exit.code(), exit.meaning()).unwrap();
    }
    text
}

fn commands() -> String {
    let mut command = Arguments::command();
    command.build();
    let mut text = String::new();
    describe(&command, &mut text);
    text
}

fn describe(command: &Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let about = command.get_long_about().or(command.get_about()).unwrap();
    writeln!(text, "\n### {name}\n\n{about}\n").unwrap();
    let usage = command.clone().render_usage().to_string();
    writeln!(text, "```text\n{}\n```\n", usage.trim_start_matches("Usage: ")).unwrap();
    let is_root = command.get_name() == "provisioner";
    let shown = |argument: &&Arg| is_root || !argument.is_global_set();
    let arguments = command.get_arguments().filter(shown);
    let arguments = arguments.filter(|argument| argument.get_id() != "help");
    arguments.for_each(|argument| describe_argument(argument, text));
    if let Some(after) = command.get_after_long_help().or(command.get_after_help()) {
        writeln!(text, "\n```text\n{after}\n```").unwrap();
    }
    for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
        describe(child, text);
    }
}

fn describe_argument(argument: &Arg, text: &mut String) {
    let mut names = Vec::new();
    names.extend(argument.get_short().map(|short| format!("-{short}")));
    names.extend(argument.get_long().map(|long| format!("--{long}")));
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().unwrap_or_default().join(" ");
    let name = match (names.is_empty(), takes_value) {
        (true, _) => format!("<{value}>"),
        (false, true) => format!("{} <{value}>", names.join(", ")),
        (false, false) => names.join(", "),
    };
    let help = argument.get_long_help().or(argument.get_help()).unwrap_or_default().to_string();
    write!(text, "- `{name}`: {}", help.replace("\n\n", ". ").replace('\n', " ")).unwrap();
    let values = argument.get_possible_values();
    let values: Vec<_> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
    if takes_value && !values.is_empty() {
        write!(text, " ({})", values.join(", ")).unwrap();
    }
    let defaults = argument.get_default_values();
    if let (true, [default]) = (takes_value, defaults) {
        write!(text, "; default `{}`", default.display()).unwrap();
    }
    text.push('\n');
}
