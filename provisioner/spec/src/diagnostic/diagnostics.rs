use super::{Located, char_boundary};
use serde::Serialize;
use std::{fmt, ops::Range};

/// Everything that is wrong with a spec, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostics {
    file: String,
    #[serde(skip)]
    pub(super) text: String,
    #[serde(rename = "diagnostics")]
    list: Vec<Diagnostic>,
}

/// One thing that is wrong with a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Names the kind of fault, in kebab case; it stays the same from version to version.
    pub code: &'static str,
    pub message: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// In bytes from the beginning of the text.
    pub span: Range<usize>,
    /// Why this place is named.
    pub reason: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Another place that has to do with it.
    pub related: Option<Related>,
}

/// A second place that explains a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    pub line: usize,
    pub column: usize,
    pub span: Range<usize>,
    pub reason: String,
}

impl Diagnostics {
    pub(crate) fn new(file: &str, text: &str, located: Vec<Located>) -> Self {
        let mut list: Vec<_> =
            located.into_iter().map(|located| Diagnostic::new(text, located)).collect();
        list.sort_by(|a, b| a.order().cmp(&b.order()));
        // A fault inside an anchored node shows up once per alias.
        list.dedup();
        Self { file: file.to_owned(), text: text.to_owned(), list }
    }

    /// The file's name as the caller gave it.
    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl Diagnostic {
    fn new(text: &str, Located { span, fault }: Located) -> Self {
        let (line, column) = position(text, span.start);
        let related = fault.related.map(|related| {
            let (span, reason) = *related;
            let (line, column) = position(text, span.start);
            Related { line, column, span, reason }
        });
        Self {
            code: fault.code,
            message: fault.message,
            line,
            column,
            span,
            reason: fault.reason,
            hint: fault.hint,
            related,
        }
    }
}

impl Diagnostic {
    fn order(&self) -> impl Ord + '_ {
        (self.span.start, self.span.end, self.code, &self.message)
    }
}

/// Line and column of a byte, both counted from 1.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..char_boundary(text, offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
