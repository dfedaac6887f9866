use provisioner_spec::Diagnostics;
use serde::Serialize;

use super::diagnostics::diagnostics;
use crate::error::Error;
use crate::terminal::Terminal;

/// An error as programs read it.
#[derive(Serialize)]
struct JsonError<'a> {
    kind: &'static str,
    error: String,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(flatten)]
    diagnostics: Option<&'a Diagnostics>,
}

/// Says on standard error why a command ended.
pub(crate) fn error(terminal: &Terminal, error: &Error) {
    if terminal.is_json() {
        terminal.message(error_as_json(error));
    } else {
        text(terminal, error);
    }
}

/// The same as one line of JSON.
pub(crate) fn error_as_json(error: &Error) -> String {
    let json = JsonError {
        kind: "error",
        error: error.to_string(),
        exit: error.exit().code(),
        hint: error.hint(),
        diagnostics: found(error),
    };
    serde_json::to_string(&json).unwrap_or_default()
}

/// What is wrong with a spec.
fn found(error: &Error) -> Option<&Diagnostics> {
    match error {
        Error::Spec(diagnostics) => Some(diagnostics),
        _ => None,
    }
}

fn text(terminal: &Terminal, error: &Error) {
    if let Some(found) = found(error) {
        terminal.message(diagnostics(found, terminal.palette));
    }
    let (bad, hint) = (terminal.palette.bad, terminal.palette.hint);
    terminal.message(format!("{bad}error{bad:#}: failed to {error}"));
    if let Some(text) = error.hint() {
        terminal.message(format!("{hint}hint{hint:#}: {text}"));
    }
}
