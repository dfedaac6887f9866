use super::{cursor::Cursor, nearest::nearest};
use crate::diagnostic::{Fault, shown};
use std::cell::{Cell, RefCell};

/// The keys of a map. It remembers which ones were asked for: the others are unknown ones.
#[derive(Debug)]
pub(crate) struct Fields<'c, 'a> {
    of: &'c Cursor<'a>,
    entries: Vec<(&'a str, Cursor<'a>)>,
    asked: RefCell<Vec<&'static str>>,
    /// Known, but not to be recommended.
    hidden: RefCell<Vec<&'static str>>,
    missing: RefCell<Vec<&'static str>>,
    lenient: Cell<bool>,
}

impl<'c, 'a> Fields<'c, 'a> {
    pub(super) fn new(of: &'c Cursor<'a>, entries: Vec<(&'a str, Cursor<'a>)>) -> Self {
        Self {
            of,
            entries,
            asked: RefCell::default(),
            hidden: RefCell::default(),
            missing: RefCell::default(),
            lenient: Cell::new(false),
        }
    }

    /// The value of a key, unless it is absent or null.
    pub(crate) fn get(&self, key: &'static str) -> Option<&Cursor<'a>> {
        self.asked.borrow_mut().push(key);
        let found = self.entries.iter().find(|(name, _)| *name == key);
        found.map(|(_, cursor)| cursor).filter(|cursor| !cursor.is_null())
    }

    /// As `get`, for a key that is there only to be refused.
    pub(crate) fn get_unavailable(&self, key: &'static str) -> Option<&Cursor<'a>> {
        self.hidden.borrow_mut().push(key);
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, cursor)| cursor)
    }

    /// Reads a key that may be absent.
    pub(crate) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Cursor<'a>) -> Option<T>,
    ) -> Option<T> {
        read(self.get(key)?)
    }

    /// Reads a key that must be there.
    pub(crate) fn required<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Cursor<'a>) -> Option<T>,
    ) -> Option<T> {
        let Some(cursor) = self.get(key) else {
            self.missing.borrow_mut().push(key);
            self.of.report.mark_unsound(&self.path_of(key));
            return None;
        };
        read(cursor)
    }

    /// Reads a map of which every part has a default: where it is absent, `read` sees nothing.
    pub(crate) fn section<T>(&self, key: &'static str, read: impl FnOnce(&Cursor<'a>) -> T) -> T {
        if let Some(cursor) = self.get(key) {
            return read(cursor);
        }
        let path = self.path_of(key);
        read(&Cursor { node: None, anchor: self.of.anchor.clone(), path, report: self.of.report })
    }

    /// Whether the key is there, with a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, cursor)| *name == key && !cursor.is_null())
    }

    /// Says no more about this map: neither unknown keys nor missing ones.
    pub(crate) fn ignore_the_rest(&self) {
        self.lenient.set(true);
    }

    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.of.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.of.path) }
    }

    /// Reports unknown keys and missing ones; a missing key that was merely misspelt is reported
    /// once.
    pub(super) fn finish(self) {
        if self.lenient.get() {
            return;
        }
        let (asked, hidden) = (self.asked.borrow(), self.hidden.borrow());
        let mut misspelt = Vec::new();
        for (key, cursor) in &self.entries {
            if asked.contains(key) || hidden.contains(key) {
                continue;
            }
            let free =
                asked.iter().filter(|known| self.entries.iter().all(|(key, _)| key != *known));
            let meant = nearest(key, free.copied());
            if let Some(meant) = meant {
                misspelt.push(meant);
                self.of.report.mark_unsound(&self.path_of(meant));
            }
            self.report_unknown(key, cursor, meant, &asked);
        }
        for key in self.missing.borrow().iter().filter(|key| !misspelt.contains(key)) {
            self.report_missing(key);
        }
    }

    fn report_unknown(&self, key: &str, at: &Cursor<'a>, meant: Option<&str>, asked: &[&str]) {
        if is_secret(key) || meant.is_some_and(is_secret) {
            at.hide();
        }
        let fault = Fault::new(
            "unknown-key",
            format!("unknown key `{}`{}", shown(key), self.place_name()),
            "not known here",
        );
        let fault = match meant {
            Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
            None => fault.hint(format!("known here: {}", asked.join(", "))),
        };
        self.of.report.add(at.anchor.clone(), fault);
    }

    fn report_missing(&self, key: &str) {
        let message = format!("`{key}` is missing{}", self.place_name());
        self.of.report.add(
            self.of.anchor.clone(),
            Fault::new("missing-key", message, format!("this needs `{key}`")),
        );
    }

    fn place_name(&self) -> String {
        if self.of.path.is_empty() { String::new() } else { format!(" in `{}`", self.of.path) }
    }
}

/// Whether a key of this name probably has a secret as its value.
fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["pass", "secret", "token"].iter().any(|word| key.contains(word))
}
