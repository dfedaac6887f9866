use std::ops::Range;

/// One thing that is wrong, without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) reason: String,
    pub(crate) hint: Option<String>,
    pub(crate) related: Option<Box<(Range<usize>, String)>>,
}

/// One thing that is wrong and where, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) span: Range<usize>,
    pub(crate) fault: Fault,
}

/// The code of what is right, but not available in this version of the program.
pub(crate) const NOT_AVAILABLE: &str = "not-available";

/// The code of what is right, but has no counterpart here; the rest goes on without it.
const NOT_CONVERTED: &str = "not-converted";

/// The code of what is right, but will be gone in a later version of Kubernetes.
const DEPRECATED: &str = "deprecated";

/// The code of what lets in everybody without having said so.
const OPEN_TO_ALL: &str = "open-to-all";

/// The codes of what stands in nobody's way.
pub(crate) const WARNINGS: [&str; 3] = [NOT_CONVERTED, DEPRECATED, OPEN_TO_ALL];

impl Fault {
    /// What another program knows and this one does not.
    pub(crate) fn not_converted(what: impl std::fmt::Display, instead: &str) -> Self {
        Self::new(NOT_CONVERTED, format!("{what} is not converted"), instead)
    }

    /// What lets in everybody without having said so.
    pub(crate) fn open_to_all(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(OPEN_TO_ALL, what, reason)
    }

    /// What is right, but will be gone.
    pub(crate) fn deprecated(what: impl Into<String>, until: impl Into<String>) -> Self {
        Self::new(DEPRECATED, what, until)
    }

    /// What is right, but not available in this version of the program.
    pub(crate) fn not_available(what: impl std::fmt::Display, reason: impl Into<String>) -> Self {
        Self::new(NOT_AVAILABLE, format!("{what} is not available in this version"), reason)
    }

    pub(crate) fn new(
        code: &'static str,
        message: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { code, message: message.into(), reason: reason.into(), hint: None, related: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn related(self, span: Range<usize>, reason: impl Into<String>) -> Self {
        Self { related: Some(Box::new((span, reason.into()))), ..self }
    }
}

/// A text of the spec as a message may quote it: no control characters, not too long.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown.replace("\\'", "'").replace("\\\"", "\"")
}

/// The offset itself, or the nearest one before it that does not split a character.
pub(crate) fn char_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}
