use provisioner_playbook::diff::unified;
use serde_json::{Value, json};

/// What the API server adds by itself, or what changes without anybody changing the object.
const FLEETING: [&str; 6] =
    ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

/// The object without what is not anybody's intention.
pub(crate) fn comparable(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(map) = object.as_object_mut() {
        map.shift_remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|key, _| !FLEETING.contains(&key.as_str()));
    }
    sorted(object)
}

/// How one object differs from another, for people. Of a Secret only which keys change is shown.
pub(crate) fn shown(title: &str, before: Option<&Value>, after: &Value, secret: bool) -> String {
    let text = |value: &Value| serde_yaml::to_string(value).unwrap_or_default();
    if !secret {
        return unified(title, &before.map(text).unwrap_or_default(), &text(after));
    }
    let (masked_before, masked_after) = masked(before, after);
    unified(title, &masked_before.as_ref().map(text).unwrap_or_default(), &text(&masked_after))
}

/// Both with marks in the place of their secrets: the same mark where they are the same.
fn masked(before: Option<&Value>, after: &Value) -> (Option<Value>, Value) {
    let mut masked_after = after.clone();
    let mut masked_before = before.cloned();
    for part in ["data", "stringData"] {
        let old = before.and_then(|before| before[part].as_object());
        for (key, value) in after[part].as_object().into_iter().flatten() {
            let is_same = old.and_then(|old| old.get(key)) == Some(value);
            let is_new = before.is_none();
            let mark = if is_same || is_new { "(secret)" } else { "(another secret)" };
            masked_after[part][key] = json!(mark);
        }
        for key in old.into_iter().flat_map(|old| old.keys()) {
            if let Some(before) = &mut masked_before {
                before[part][key] = json!("(secret)");
            }
        }
    }
    (masked_before, masked_after)
}

/// With the keys of every map in order, so that texts differ only where values do.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_secret_only_the_keys_are_shown() {
        let before = json!({"kind": "Secret", "data": {"a": "b2xk", "b": "c2FtZQ=="}});
        let after =
            json!({"kind": "Secret", "data": {"a": "bmV3", "b": "c2FtZQ==", "c": "bW9yZQ=="}});
        insta::assert_snapshot!(shown("Secret x", Some(&before), &after, true), @r"
        --- Secret x
        +++ Secret x
        @@ -1,4 +1,5 @@
         kind: Secret
         data:
        -  a: (secret)
        +  a: (another secret)
           b: (secret)
        +  c: (another secret)
        ");
    }

    #[test]
    fn what_nobody_intends_is_no_difference() {
        let one = json!({"metadata": {"name": "x", "uid": "1"}, "b": 1, "a": 2, "status": {}});
        let other = json!({"a": 2, "b": 1, "metadata": {"resourceVersion": "7", "name": "x"}});
        assert_eq!(comparable(&one), comparable(&other));
        assert_eq!(shown("x", Some(&comparable(&one)), &comparable(&other), false), "");
    }
}
