use super::{Node, Value, resolve};
use serde_json::Value as Json;

/// A whole tree as JSON; None where JSON has no such value.
pub(crate) fn to_json(node: &Node) -> Option<Json> {
    match &node.value {
        Value::Scalar(scalar) => resolve(scalar).ok(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => {
            let entry = |entry: &super::Entry| Some((entry.key.clone(), to_json(&entry.value)?));
            entries.iter().map(entry).collect::<Option<serde_json::Map<_, _>>>().map(Json::Object)
        }
    }
}
