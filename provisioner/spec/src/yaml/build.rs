use super::{Entry, Node, Scalar, Value, read::MAX_DEPTH};
use crate::diagnostic::{Fault, Located, shown};
use granit_parser::{Event, ScalarStyle, Tag};
use std::{collections::HashMap, ops::Range};

/// Aliases can make a short text unfold into a huge tree; this bounds it.
const MAX_NODES: usize = 100_000;

/// Puts a tree together from the parser's events.
#[derive(Debug, Default)]
pub(super) struct Builder {
    root: Option<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    pub(super) faults: Vec<Located>,
}

/// A collection whose end has not come yet.
#[derive(Debug)]
struct Open {
    start: usize,
    anchor: usize,
    content: Content,
}

#[derive(Debug)]
enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<Node> },
}

impl Builder {
    pub(super) fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// A fault after which it makes no sense to go on.
    pub(super) fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && !is_string(tag.as_deref())?;
                // The parser writes `~` where there is nothing.
                let text = if span.is_empty() && plain { String::new() } else { text.into_owned() };
                let node = Node { span, value: Value::Scalar(Scalar { text, plain }) };
                self.complete(anchor, node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                is_string(tag.as_deref())?;
                self.open.push(Open {
                    start: span.start,
                    anchor,
                    content: Content::List(Vec::new()),
                });
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                is_string(tag.as_deref())?;
                let content = Content::Map { entries: Vec::new(), key: None };
                self.open.push(Open { start: span.start, anchor, content });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    pub(super) fn finish(self) -> (Option<Node>, Vec<Located>) {
        (self.root, self.faults)
    }

    fn close(&mut self, end: usize) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, .. } => Value::Map(merged(entries, &mut self.faults)),
        };
        self.complete(open.anchor, Node { span: open.start..end.max(open.start), value })
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Fault> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(Fault::new(
                "yaml-alias",
                "an alias stands inside its own anchor",
                "this would never end",
            ));
        };
        if self.open.len() + node.height() > MAX_DEPTH {
            return Err(Fault::new("yaml-alias", "the aliases nest too deeply", "reached here"));
        }
        self.nodes += node.size();
        self.complete(0, Node { span, ..node })
    }

    /// A node is there as a whole: hands it to the collection around it.
    fn complete(&mut self, anchor: usize, node: Node) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Fault::new("too-large", "the spec is too large", "it grows over here"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, key }) => match key.take() {
                None => *key = Some(node),
                Some(key) => add_entry(entries, &mut self.faults, &key, node),
            },
        }
        Ok(())
    }
}

fn add_entry(entries: &mut Vec<Entry>, faults: &mut Vec<Located>, key: &Node, value: Node) {
    let key_span = key.span.clone();
    let Value::Scalar(Scalar { text: name, .. }) = &key.value else {
        let fault = Fault::new("key-not-text", "a key must be text", "this is a collection")
            .hint("quote the key; the braces of a template engine must be filled in before");
        // What is wrong inside of it is beside the point.
        faults.retain(|inner| inner.span.start < key_span.start);
        faults.push(Located { span: key_span, fault });
        return;
    };
    match entries.iter().find(|entry| entry.key == *name) {
        None => entries.push(Entry { key: name.clone(), key_span, value }),
        Some(first) => {
            let fault = Fault::new(
                "duplicate-key",
                format!("the key `{}` is there twice", shown(name)),
                "the second time",
            )
            .related(first.key_span.clone(), "the first time")
            .hint("keep one of them");
            faults.push(Located { span: key_span, fault });
        }
    }
}

/// Resolves `<<`: what it names counts unless the map itself says otherwise.
fn merged(mut entries: Vec<Entry>, faults: &mut Vec<Located>) -> Vec<Entry> {
    let Some(position) = entries.iter().position(|entry| entry.key == "<<") else {
        return entries;
    };
    let merge = entries.remove(position);
    let sources = match merge.value.value {
        Value::List(items) => items,
        _ => vec![merge.value],
    };
    for source in sources {
        let Value::Map(more) = source.value else {
            let reason = format!("this is {}", source.kind());
            let fault = Fault::new("yaml-merge", "`<<` merges maps only", reason);
            faults.push(Located { span: source.span, fault });
            continue;
        };
        for entry in more {
            if entries.iter().all(|known| known.key != entry.key) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// Whether the tag makes a string of a scalar; the tags of the core schema are the only ones known.
fn is_string(tag: Option<&Tag>) -> Result<bool, Fault> {
    match tag {
        None => Ok(false),
        Some(tag) if tag.is_yaml_core_schema() => Ok(tag.is_yaml_core_schema_tag("str")),
        Some(tag) if tag.original() == "!" => Ok(true),
        Some(tag) => Err(Fault::new(
            "yaml-tag",
            format!("unknown tag `{}`", shown(&tag.original())),
            "a spec has no use for tags",
        )),
    }
}
