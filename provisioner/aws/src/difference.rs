//! What is different from what is wanted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::spec_tags::{self, Tags};

/// What would have to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Same,
    Create,
    Change,
    /// It cannot be changed: another one is made before this one goes.
    Replace,
    /// It cannot be changed: it goes, and another one of its name is made.
    Renew,
}

/// What is different, field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) kind: Kind,
    pub(crate) fields: Vec<Field>,
}

/// One value as it is and as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) is: Option<String>,
    pub(crate) wanted: Option<String>,
}

impl Difference {
    /// Something that exists, to be compared.
    pub(crate) fn of_existing() -> Self {
        Self { kind: Kind::Same, fields: Vec::new() }
    }

    /// Something that does not exist.
    pub(crate) fn create() -> Self {
        Self { kind: Kind::Create, fields: Vec::new() }
    }

    pub(crate) fn is_same(&self) -> bool {
        self.kind == Kind::Same
    }

    /// Whether a field of this name, or one below it, differs.
    pub(crate) fn touches(&self, name: &str) -> bool {
        let below = |field: &Field| {
            field
                .name
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.fields.iter().any(below)
    }

    /// Compares a value that can be changed.
    pub(crate) fn field(mut self, name: &str, is: impl ToText, wanted: impl ToText) -> Self {
        self.compare(name, is.to_text(), wanted.to_text(), Kind::Change);
        self
    }

    /// Compares a value that cannot be changed.
    pub(crate) fn fixed(mut self, name: &str, is: impl ToText, wanted: impl ToText) -> Self {
        self.compare(name, is.to_text(), wanted.to_text(), Kind::Replace);
        self
    }

    /// Compares a value that cannot be changed, of something that goes before it is made anew.
    pub(crate) fn renewed(mut self, name: &str, is: impl ToText, wanted: impl ToText) -> Self {
        self.compare(name, is.to_text(), wanted.to_text(), Kind::Renew);
        self
    }

    /// What a new thing will have.
    pub(crate) fn with(mut self, name: &str, wanted: impl ToText) -> Self {
        self.compare(name, None, wanted.to_text(), Kind::Change);
        self
    }

    /// Compares the tags of the spec, also those that it has dropped; others are left alone.
    pub(crate) fn tags(mut self, is: &Tags, wanted: &Tags) -> Self {
        for key in spec_tags::dropped(is, wanted) {
            let name = format!("tags.{key}");
            self.compare(&name, is.get(key).cloned(), None, Kind::Change);
        }
        for (key, value) in wanted {
            let name = format!("tags.{key}");
            self.compare(&name, is.get(key).cloned(), Some(value.clone()), Kind::Change);
        }
        self
    }

    /// Compares whole maps: what is not wanted goes.
    pub(crate) fn map(mut self, name: &str, is: &Tags, wanted: &Tags) -> Self {
        let keys: BTreeSet<_> = is.keys().chain(wanted.keys()).collect();
        for key in keys {
            let (is, wanted) = (is.get(key).cloned(), wanted.get(key).cloned());
            self.compare(&format!("{name}.{key}"), is, wanted, Kind::Change);
        }
        self
    }

    /// Compares whole sets: what is not wanted goes.
    pub(crate) fn set(
        mut self,
        name: &str,
        is: &BTreeSet<String>,
        wanted: &BTreeSet<String>,
    ) -> Self {
        for gone in is.difference(wanted) {
            self.compare(name, Some(gone.clone()), None, Kind::Change);
        }
        for new in wanted.difference(is) {
            self.compare(name, None, Some(new.clone()), Kind::Change);
        }
        self
    }

    fn compare(&mut self, name: &str, is: Option<String>, wanted: Option<String>, kind: Kind) {
        if is == wanted {
            return;
        }
        self.kind = match self.kind {
            Kind::Same => kind,
            Kind::Change if kind != Kind::Same => kind,
            other => other,
        };
        self.fields.push(Field { name: name.to_owned(), is, wanted });
    }

    /// As people read it: a line for what is, one for what will be.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for Field { name, is, wanted } in &self.fields {
            if let Some(is) = is {
                let _ = writeln!(text, "-{name}: {is}");
            }
            if let Some(wanted) = wanted {
                let _ = writeln!(text, "+{name}: {wanted}");
            }
        }
        match self.kind {
            Kind::Replace => {
                text.push_str("@ cannot be changed: a new one is made before the old one goes\n");
            }
            Kind::Renew => text.push_str("@ cannot be changed: it goes, and is made anew\n"),
            Kind::Same | Kind::Create | Kind::Change => {}
        }
        text
    }
}

/// A value as it is shown; nothing where there is none.
pub(crate) trait ToText {
    fn to_text(self) -> Option<String>;
}

impl ToText for &str {
    fn to_text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl ToText for String {
    fn to_text(self) -> Option<String> {
        Some(self)
    }
}

impl ToText for &String {
    fn to_text(self) -> Option<String> {
        Some(self.clone())
    }
}

impl ToText for bool {
    fn to_text(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl ToText for u32 {
    fn to_text(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: ToText> ToText for Option<T> {
    fn to_text(self) -> Option<String> {
        self.and_then(ToText::to_text)
    }
}

/// In order, so that lists are compared as sets.
impl ToText for &[String] {
    fn to_text(self) -> Option<String> {
        let mut list = self.to_vec();
        list.sort();
        (!list.is_empty()).then(|| list.join(", "))
    }
}

impl ToText for &Vec<String> {
    fn to_text(self) -> Option<String> {
        self.as_slice().to_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let same = Difference::of_existing().field("a", "1", "1").field(
            "b",
            None::<String>,
            None::<String>,
        );
        assert!(same.is_same());
        let changed = same.field("c", "1", "2").field("d", "1", None::<String>);
        assert_eq!(
            (changed.kind, changed.text().as_str()),
            (Kind::Change, "-c: 1\n+c: 2\n-d: 1\n")
        );
        let renewed = changed.clone().renewed("e", "1", "2");
        assert!(renewed.kind == Kind::Renew && renewed.text().ends_with("is made anew\n"));
        let replaced = changed.fixed("e", "1", "2");
        assert_eq!(replaced.kind, Kind::Replace);
        assert_eq!(replaced.field("f", true, false).kind, Kind::Replace);
    }

    #[test]
    fn tags_of_others_are_left_alone_and_lists_are_sets() {
        let tags = |text: &str| Tags::from([(text.to_owned(), "x".to_owned())]);
        assert!(Difference::of_existing().tags(&tags("theirs"), &Tags::new()).is_same());
        assert!(!Difference::of_existing().map("labels", &tags("old"), &Tags::new()).is_same());
        let lists = |one: &str, other: &str| vec![one.to_owned(), other.to_owned()];
        assert!(Difference::of_existing().field("l", &lists("a", "b"), &lists("b", "a")).is_same());
    }
}
