//! Command lines that cannot be understood, for programs: clap itself tells people.

use std::ffi::OsString;

use clap::error::ErrorKind;

/// Whether JSON is asked for, as far as that can be told from arguments that are wrong as a whole. What follows `--`
/// is somebody else's.
pub(crate) fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let ours: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
    let is_json = |pair: &[OsString]| pair[0] == "--output" && pair[1] == "json";
    ours.iter().any(|argument| argument == "--output=json") || ours.windows(2).any(is_json)
}

/// What is wrong: the first paragraph of what clap says.
pub(crate) fn reason(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is missing".to_owned();
    }
    let said = error.to_string();
    words(said.split("\n\n").next().unwrap_or_default().trim_start_matches("error: "))
}

/// What is right: what clap takes for meant, else how the command is used.
pub(crate) fn hint(error: &clap::Error) -> Option<String> {
    let said = error.to_string();
    let others = || said.split("\n\n").skip(1).map(words);
    let tip = others().find_map(|paragraph| Some(paragraph.strip_prefix("tip: ")?.to_owned()));
    tip.or_else(|| others().find(|paragraph| paragraph.starts_with("Usage: ")))
}

/// As one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
