use super::{
    fields::Fields,
    nearest::nearest,
    report::{Place, Report},
};
use crate::{
    diagnostic::{Fault, shown},
    syntax::Invalid,
    yaml::{self, Entry, Node, Scalar, Value},
};
use serde_json::{Map, Value as Json};
use std::ops::{Range, RangeInclusive};

/// A place in the spec, from which values are read. What cannot be read is reported, and the place
/// marked, so that the caller may go on with any placeholder.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    /// Nothing where the spec says nothing.
    pub(super) node: Option<&'a Node>,
    /// Where to point at when the whole is meant: the key, or the start of a list's item.
    pub(super) anchor: Range<usize>,
    pub(super) path: String,
    pub(super) report: &'a Report,
}

impl<'a> Cursor<'a> {
    pub(super) fn root(node: &'a Node, report: &'a Report) -> Self {
        let anchor = node.span.start..node.span.start;
        Self { node: Some(node), anchor, path: String::new(), report }
    }

    /// Reports a fault with the value here.
    pub(crate) fn fault(&self, fault: Fault) {
        self.report.mark_unsound(&self.path);
        self.report.add(self.span(), fault);
    }

    /// Reports a fault with the thing as a whole.
    pub(crate) fn fault_at_key(&self, fault: Fault) {
        self.report.mark_unsound(&self.path);
        self.report.add(self.anchor.clone(), fault);
    }

    /// Reports something with the thing as a whole that makes the value no less sound.
    pub(crate) fn warn(&self, fault: Fault) {
        self.report.add(self.anchor.clone(), fault);
    }

    /// Keeps the value from being shown.
    pub(crate) fn hide(&self) {
        if let Some(node) = self.node {
            self.report.hide(node.span.clone());
        }
    }

    /// Where a part of this stands.
    pub(crate) fn place_of(&self, key: &str) -> Range<usize> {
        self.report.place(&format!("{}.{key}", self.path))
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The value, or the key when the value takes more than one place to point at.
    fn span(&self) -> Range<usize> {
        match self.node {
            Some(node) if matches!(node.value, Value::Scalar(_)) && !node.span.is_empty() => {
                node.span.clone()
            }
            _ => self.anchor.clone(),
        }
    }

    fn wrong_type(&self, wanted: &str, hint: Option<&str>) {
        let found = self.node.map_or("nothing", Node::kind);
        let fault = Fault::new(
            "wrong-type",
            format!("`{}` must be {wanted}", self.path),
            format!("this is {found}"),
        );
        self.fault(Fault { hint: hint.map(str::to_owned), ..fault });
    }

    fn scalar(&self, wanted: &str) -> Option<&'a Scalar> {
        match self.node.map(|node| &node.value) {
            Some(Value::Scalar(scalar)) if !scalar.is_null() => Some(scalar),
            _ => {
                self.wrong_type(wanted, None);
                None
            }
        }
    }

    /// Text without control characters, exactly as written: `1.20` stays `1.20`.
    pub(crate) fn text(&self) -> Option<String> {
        let text = &self.scalar("text")?.text;
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            let found = control.escape_default();
            self.fault(
                Fault::new(
                    "control-character",
                    format!("`{}` has a control character", self.path),
                    format!("this has `{found}` in it"),
                )
                .hint("such values end up in files and commands: keep them to one line of text"),
            );
            return None;
        }
        Some(text.clone())
    }

    /// Text of any number of lines.
    pub(crate) fn lines(&self) -> Option<String> {
        Some(self.scalar("text")?.text.clone())
    }

    /// Text that a rule accepts; `what` completes "invalid ...".
    pub(crate) fn valid<T>(
        &self,
        code: &'static str,
        what: &str,
        rule: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let text = self.text()?;
        rule(&text)
            .map_err(|invalid| {
                let message = if invalid.is_secret {
                    self.hide();
                    format!("invalid {what}")
                } else {
                    format!("invalid {what} `{}`", shown(&text))
                };
                let fault = Fault::new(code, message, invalid.reason);
                self.fault(Fault { hint: invalid.hint, ..fault });
            })
            .ok()
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        let scalar = self.scalar("true or false")?;
        if let Ok(Json::Bool(value)) = yaml::resolve(scalar) {
            return Some(value);
        }
        let hint = match scalar.text.to_lowercase().as_str() {
            "yes" | "on" | "true" => Some("write `true`, without quotes"),
            "no" | "off" | "false" => Some("write `false`, without quotes"),
            _ => None,
        };
        self.wrong_type("true or false", hint);
        None
    }

    /// A whole number within a range.
    pub(crate) fn integer(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let scalar = self.scalar("a whole number")?;
        let number = scalar.text.parse().ok().filter(|_| scalar.plain);
        let Some(number) = number else {
            let hint = if scalar.plain { None } else { Some("write it without quotes") };
            self.wrong_type("a whole number", hint);
            return None;
        };
        if range.contains(&number) {
            return Some(number);
        }
        self.fault(Fault::new(
            "out-of-range",
            format!("`{}` is out of range", self.path),
            format!("must be from {} to {}", range.start(), range.end()),
        ));
        None
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        let fault = Fault::new(
            "unknown-value",
            format!("`{}` cannot be `{}`", self.path, shown(&text)),
            format!("must be one of {}", words.join(", ")),
        );
        self.fault(match nearest(&text, words) {
            Some(word) => fault.hint(format!("did you mean `{word}`?")),
            None => fault,
        });
        None
    }

    /// The items of a list, without those that `read` has refused.
    pub(crate) fn list<T>(&self, read: impl Fn(&Self) -> Option<T>) -> Vec<T> {
        let Some(Value::List(items)) = self.node.map(|node| &node.value) else {
            self.wrong_type("a list", None);
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .filter_map(|(index, node)| read(&self.child(&format!("[{index}]"), node, None)))
            .collect()
    }

    /// The entries of a map with free keys.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Self)> {
        self.try_entries().unwrap_or_default()
    }

    /// The entries of a map; nothing, and a report, where there is no map.
    fn try_entries(&self) -> Option<Vec<(&'a str, Self)>> {
        let entries = match self.node.map(|node| &node.value) {
            Some(Value::Map(entries)) => entries.as_slice(),
            _ if self.is_null() => &[],
            _ => {
                self.wrong_type("a map", None);
                return None;
            }
        };
        let child = |entry: &'a Entry| {
            let key_span = Some(entry.key_span.clone());
            (entry.key.as_str(), self.child(&format!(".{}", entry.key), &entry.value, key_span))
        };
        Some(entries.iter().map(child).collect())
    }

    /// A map with keys that `read` asks for; any other one is reported. Where there is none, `read`
    /// sees an empty one.
    pub(crate) fn map<T>(&self, read: impl FnOnce(&Fields<'_, 'a>) -> T) -> T {
        let entries = self.try_entries();
        let is_map = entries.is_some();
        let fields = Fields::new(self, entries.unwrap_or_default());
        let value = read(&fields);
        if is_map {
            fields.finish();
        }
        value
    }

    /// Anything that JSON can express, as it is.
    pub(crate) fn json(&self) -> Json {
        let Some(node) = self.node else { return Json::Null };
        match &node.value {
            Value::List(_) => Json::Array(self.list(|item| Some(item.json()))),
            Value::Map(_) => Json::Object(self.json_map()),
            Value::Scalar(scalar) => yaml::resolve(scalar).unwrap_or_else(|reason| {
                let message = format!("`{}` cannot be passed on", self.path);
                self.fault(Fault::new("not-json", message, reason));
                Json::Null
            }),
        }
    }

    pub(crate) fn json_map(&self) -> Map<String, Json> {
        let entries = self.entries();
        entries.into_iter().map(|(key, value)| (key.to_owned(), value.json())).collect()
    }

    pub(crate) fn begins_with(&self, beginning: &str) -> bool {
        let value = self.node.map(|node| &node.value);
        matches!(value, Some(Value::Scalar(scalar)) if scalar.text.starts_with(beginning))
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.node, Some(Node { value: Value::Map(_), .. }))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.node, Some(Node { value: Value::List(_), .. }))
    }

    /// Whether this says nothing: absent, null, or without entries, items or text.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_null()
            || match self.node.map(|node| &node.value) {
                Some(Value::List(items)) => items.is_empty(),
                Some(Value::Map(entries)) => entries.is_empty(),
                Some(Value::Scalar(scalar)) => scalar.text.is_empty(),
                None => true,
            }
    }

    /// Whether a list has such a text in it.
    pub(crate) fn any_item(&self, wanted: impl Fn(&str) -> bool) -> bool {
        let Some(Value::List(items)) = self.node.map(|node| &node.value) else { return false };
        let is_wanted = |node: &Node| match &node.value {
            Value::Scalar(scalar) => wanted(&scalar.text),
            Value::List(_) | Value::Map(_) => false,
        };
        items.iter().any(is_wanted)
    }

    /// Whether nothing was found wrong with this or within it so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.report.is_sound(&self.path) && !self.report.is_unsound_within(&self.path)
    }

    pub(super) fn is_null(&self) -> bool {
        self.node.is_none_or(Node::is_null)
    }

    pub(super) fn child(&self, segment: &str, node: &'a Node, key: Option<Range<usize>>) -> Self {
        let path = format!("{}{segment}", self.path);
        let path = path.strip_prefix('.').unwrap_or(&path).to_owned();
        let child = Self {
            anchor: key.unwrap_or_else(|| start_of(node)),
            node: Some(node),
            path,
            report: self.report,
        };
        // What is null counts as absent.
        if child.is_null() {
            return child;
        }
        let place = Place { key: child.anchor.clone(), value: child.span() };
        self.report.remember(&child.path, place);
        child
    }
}

/// The part of a list's item to point at: a scalar, or a map's first key.
fn start_of(node: &Node) -> Range<usize> {
    match &node.value {
        Value::Scalar(_) => node.span.clone(),
        Value::Map(entries) => entries
            .first()
            .map_or(node.span.clone(), |entry| entry.key_span.start..entry.value_end()),
        Value::List(_) => node.span.start..node.span.start,
    }
}
