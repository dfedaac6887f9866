//! What was tried to log in, and how it went.

use std::fmt;

/// One way to log in that was tried, or could not be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The way: a key and where it came from, a password.
    pub method: String,
    /// How it went.
    pub result: AttemptResult,
}

/// How an [`Attempt`] went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptResult {
    /// The host said no.
    Rejected,
    /// The host took it, but wants another method on top.
    Partial,
    /// The key is encrypted, and there is no passphrase for it.
    Encrypted,
    /// It never got as far as the host; the reason.
    NotTried(String),
}

impl Attempt {
    pub(crate) fn rejected(method: impl Into<String>) -> Self {
        Self { method: method.into(), result: AttemptResult::Rejected }
    }

    pub(crate) fn not_tried(method: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { method: method.into(), result: AttemptResult::NotTried(reason.to_string()) }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            AttemptResult::Rejected => write!(formatter, "{}: rejected", self.method),
            AttemptResult::Partial => {
                write!(formatter, "{}: accepted, but not enough", self.method)
            }
            AttemptResult::Encrypted => {
                write!(formatter, "{}: is encrypted, and no passphrase was given", self.method)
            }
            AttemptResult::NotTried(reason) => write!(formatter, "{}: {reason}", self.method),
        }
    }
}

/// The attempts on one line, for the middle of a message.
pub(crate) fn list(attempts: &[Attempt]) -> String {
    if attempts.is_empty() {
        return "nothing to log in with was given".to_owned();
    }
    let attempts: Vec<String> = attempts.iter().map(ToString::to_string).collect();
    format!("tried {}", attempts.join("; "))
}
