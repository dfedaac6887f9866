use std::fmt::Write as _;

use provisioner_engine::{HostEvent, Mode, State, StepEvent};

use super::Palette;
use super::text::{indented, printable, seconds, word};

/// The most lines of an output that are shown; the record of the run has all of them.
const MOST_LINES: usize = 20;

/// How a step ended: a line, and below it what belongs to it.
pub(crate) fn step(event: &StepEvent, mode: Mode, palette: Palette) -> String {
    let style = palette.of(event.state);
    let mut text = format!(
        "{}: {}: {style}{}{style:#}",
        event.host,
        printable(&event.step),
        word(event.state, mode)
    );
    if let Some(duration) = event.seconds {
        let _ = write!(text, " ({})", seconds(duration));
    }
    if let Some(error) = &event.error {
        let _ = write!(text, ": {}", printable(error));
    }
    text.push('\n');
    if event.state == State::Failed {
        text += &output(event.output.as_deref());
        text += &hint(event.hint.as_deref(), palette);
    }
    text
}

/// How the task of a host ended: a line, and below it what to do.
pub(crate) fn host(event: &HostEvent, palette: Palette) -> String {
    let style = palette.of(event.state);
    let mut text = format!("{}: {style}{}{style:#}", event.host, word(event.state, Mode::Apply));
    if let Some(why) = event.error.as_ref().or(event.text.as_ref()) {
        let _ = write!(text, ": {}", printable(why));
    }
    text.push('\n');
    text + &hint(event.hint.as_deref(), palette)
}

/// The end of an output, indented.
pub(crate) fn output(output: Option<&str>) -> String {
    let lines: Vec<&str> = output.unwrap_or_default().trim_end().lines().collect();
    let left_out = lines.len().saturating_sub(MOST_LINES);
    let mut text = String::new();
    if left_out > 0 {
        let _ = writeln!(text, "    | ... ({left_out} lines before that: `provisioner runs show`)");
    }
    text + &indented(&lines[left_out..].join("\n"), "    | ")
}

pub(crate) fn hint(hint: Option<&str>, palette: Palette) -> String {
    let style = palette.hint;
    hint.map(|hint| format!("    {style}hint{style:#}: {hint}\n")).unwrap_or_default()
}
