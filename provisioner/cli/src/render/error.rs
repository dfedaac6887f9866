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
    let diagnostics = match error {
        Error::Spec(diagnostics) => Some(diagnostics.as_ref()),
        _ => None,
    };
    if terminal.is_json() {
        json(terminal, error, diagnostics);
    } else {
        text(terminal, error, diagnostics);
    }
}

fn json(terminal: &Terminal, error: &Error, diagnostics: Option<&Diagnostics>) {
    let json = JsonError {
        kind: "error",
        error: error.to_string(),
        exit: error.exit().code(),
        hint: error.hint(),
        diagnostics,
    };
    if let Ok(line) = serde_json::to_string(&json) {
        terminal.message(line);
    }
}

fn text(terminal: &Terminal, error: &Error, found: Option<&Diagnostics>) {
    if let Some(found) = found {
        terminal.message(diagnostics(found, terminal.palette));
    }
    let (bad, hint) = (terminal.palette.bad, terminal.palette.hint);
    terminal.message(format!("{bad}error{bad:#}: failed to {error}"));
    if let Some(text) = error.hint() {
        terminal.message(format!("{hint}hint{hint:#}: {text}"));
    }
}
