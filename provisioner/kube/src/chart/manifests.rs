use provisioner_playbook::diff::unified;
use serde_json::Value;

use crate::KubeError;
use crate::addon::{Manifest, documents};
use crate::api::{Reference, comparable, shown};

/// The objects of a release.
pub(super) fn objects(text: &str) -> Result<Vec<Manifest>, KubeError> {
    documents("helm's manifest".into(), text)
}

/// Objects by name: all of a chart's would be too much to read.
pub(super) fn listed(objects: &[Manifest]) -> String {
    objects.iter().map(|object| format!("+ {object}\n")).collect::<Vec<_>>().concat()
}

/// How the objects of one rendering differ from those of another, for people; empty where they do
/// not. `noise` is a second rendering of `after`: where the two differ, chance has made the values, and
/// they are no change.
pub(crate) fn difference(before: &[Manifest], after: &[Manifest], noise: &[Manifest]) -> String {
    let mut parts = Vec::new();
    for object in after {
        let of = Reference::of(object);
        let old = find(before, &of).map(|old| comparable(&old.0));
        let mut new = comparable(&object.0);
        if let (Some(old), Some(other)) = (&old, find(noise, &of)) {
            keep_chance(&mut new, &comparable(&other.0), old);
        }
        if old.as_ref() != Some(&new) {
            parts.push(shown(&of.to_string(), old.as_ref(), &new, object.is_secret()));
        }
    }
    for gone in before.iter().filter(|one| find(after, &Reference::of(one)).is_none()) {
        let text = serde_yaml::to_string(&comparable(&gone.0)).unwrap_or_default();
        let text = if gone.is_secret() { "(secret)\n".to_owned() } else { text };
        parts.push(unified(&Reference::of(gone).to_string(), &text, ""));
    }
    parts.join("")
}

fn find<'a>(objects: &'a [Manifest], of: &Reference) -> Option<&'a Manifest> {
    objects.iter().find(|other| Reference::of(other).is_same(of))
}

/// Where two renderings of the same differ, what is deployed stands.
fn keep_chance(new: &mut Value, other: &Value, old: &Value) {
    match (new, other) {
        (Value::Object(new), Value::Object(other)) => {
            for (key, value) in new {
                if let (Some(other), Some(old)) = (other.get(key), old.get(key)) {
                    keep_chance(value, other, old);
                }
            }
        }
        (Value::Array(new), Value::Array(other)) if new.len() == other.len() => {
            for (index, value) in new.iter_mut().enumerate() {
                if let Some(old) = old.get(index) {
                    keep_chance(value, &other[index], old);
                }
            }
        }
        (new, other) if new != other => *new = old.clone(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: &str, random: &str) -> Vec<Manifest> {
        vec![Manifest(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
            "data": {"value": value, "random": random},
        }))]
    }

    #[test]
    fn what_chance_has_made_is_no_change() {
        let deployed = object("1", "x7");
        assert_eq!(difference(&deployed, &object("1", "k2"), &object("1", "p9")), "");
        let changed = difference(&deployed, &object("2", "k2"), &object("2", "p9"));
        assert!(changed.contains("+  value: '2'") && !changed.contains("k2"), "{changed}");
    }

    #[test]
    fn objects_come_and_go() {
        assert!(difference(&[], &object("1", ""), &[]).contains("+++ ConfigMap a"));
        assert!(difference(&object("1", ""), &[], &[]).contains("-kind: ConfigMap"));
    }
}
