use serde_json::Value as Json;
use std::ops::Range;

/// A node and where it stands, in bytes.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order of the text; every key once.
    Map(Vec<Entry>),
}

#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Without quotes, so that it may mean a number, a boolean or nothing.
    pub(crate) plain: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    /// Whether this is YAML's null: nothing, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.is_null())
    }

    /// How many nodes are in it, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + self.children().map(Node::size).sum::<usize>()
    }

    /// How many levels of collections are in it.
    pub(crate) fn height(&self) -> usize {
        self.children().map(|child| 1 + child.height()).max().unwrap_or(0)
    }

    fn children(&self) -> impl Iterator<Item = &Self> {
        let (list, map): (&[Self], &[Entry]) = match &self.value {
            Value::Scalar(_) => (&[], &[]),
            Value::List(items) => (items, &[]),
            Value::Map(entries) => (&[], entries),
        };
        list.iter().chain(map.iter().map(|entry| &entry.value))
    }

    /// Puts another text in the place of the scalar that is reached by these keys, if there is one.
    pub(crate) fn replace(&mut self, keys: &[&str], text: &str) {
        match (&mut self.value, keys) {
            (Value::Scalar(scalar), []) => text.clone_into(&mut scalar.text),
            (Value::Map(entries), [key, rest @ ..]) => {
                if let Some(entry) = entries.iter_mut().find(|entry| entry.key == *key) {
                    entry.value.replace(rest, text);
                }
            }
            _ => {}
        }
    }

    /// What a person calls it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_null() => "nothing",
            Value::Scalar(scalar) => match super::resolve(scalar) {
                Ok(Json::Bool(_)) => "a boolean",
                Ok(Json::Number(_)) | Err(_) => "a number",
                Ok(_) => "text",
            },
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

impl Scalar {
    pub(crate) fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Entry {
    /// Where a scalar value ends, or the key of a collection.
    pub(crate) fn value_end(&self) -> usize {
        match self.value.value {
            Value::Scalar(_) => self.value.span.end.max(self.key_span.end),
            Value::List(_) | Value::Map(_) => self.key_span.end,
        }
    }
}
