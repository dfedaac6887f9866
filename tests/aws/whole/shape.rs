//! An account without what differs from run to run: ids are shown as what they are the ids of.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Each resource as text, by kind: with its rules, policies, labels, taints, tags, and whatever else it has.
pub(crate) fn shape(account: &Value) -> Value {
    let names = names(account);
    let of_kind = |found: &Value| {
        let each = found.as_object().into_iter().flatten();
        let mut each: Vec<_> = each
            .map(|(id, one)| format!("{} {}", without_ids(id, &names), plain(one, &names)))
            .collect();
        each.sort();
        Value::from(each)
    };
    let kinds = account.as_object().into_iter().flatten();
    Value::Object(kinds.map(|(kind, found)| (kind.clone(), of_kind(found))).collect::<Map<_, _>>())
}

/// In an order that does not come from ids either.
fn plain(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => without_ids(text, names).into(),
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().map(|one| plain(one, names)).collect();
            list.sort_by_cached_key(Value::to_string);
            list.into()
        }
        Value::Object(map) => {
            map.iter().map(|(key, one)| (without_ids(key, names), plain(one, names))).collect()
        }
        other => other.clone(),
    }
}

/// What each id stands for: its kind, and the name that it has as a tag or of its own.
fn names(account: &Value) -> BTreeMap<String, String> {
    let kinds = account.as_object().into_iter().flatten();
    let all = kinds.flat_map(|(kind, found)| {
        let each = found.as_object().into_iter().flatten();
        each.map(move |(id, one)| {
            let name = one["tags"]["provisioner.dev/resource"].as_str().or(one["name"].as_str());
            (id.clone(), format!("({kind} {})", name.unwrap_or_default()))
        })
    });
    all.filter(|(id, _)| is_id(id)).collect()
}

fn without_ids(text: &str, names: &BTreeMap<String, String>) -> String {
    let is_word = |one: char| one.is_ascii_alphanumeric() || one == '-';
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        shown.push_str(&rest[..start]);
        let end = rest[start..].find(|one| !is_word(one)).map_or(rest.len(), |end| start + end);
        let word = &rest[start..end];
        match names.get(word) {
            Some(name) => shown.push_str(name),
            None if is_id(word) => shown.push_str("(id)"),
            None => shown.push_str(word),
        }
        rest = &rest[end..];
    }
    shown + rest
}

/// `subnet-0a1b2c3d4e5f67890`, `0a1b2c3d-...` of 36 characters, or 32 digits of an issuer.
fn is_id(word: &str) -> bool {
    let last = word.rsplit('-').next().unwrap_or_default();
    let digits = last.len() >= 12 && last.chars().all(|one| one.is_ascii_hexdigit());
    digits && (word.contains('-') || last.len() == 32)
}
