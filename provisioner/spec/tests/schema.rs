//! The schema, what the parser accepts, and the reference in `docs/` say the same.

mod reference;

use provisioner_spec::{parse, read_spec, schema};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fs, path::Path};

const UNKNOWN: &str = "zzzzzzzzzzzz";

/// The properties of an object of the schema, those of every alternative included.
fn properties<'a>(schema: &'a Value, node: &'a Value) -> Map<String, Value> {
    let node = resolved(schema, node);
    let mut properties = node["properties"].as_object().cloned().unwrap_or_default();
    for alternatives in ["anyOf", "oneOf"] {
        for alternative in node[alternatives].as_array().into_iter().flatten() {
            properties.extend(self::properties(schema, alternative));
        }
    }
    properties
}

fn resolved<'a>(schema: &'a Value, node: &'a Value) -> &'a Value {
    let Some(reference) = node["$ref"].as_str() else { return node };
    schema.pointer(reference.trim_start_matches('#')).unwrap_or(node)
}

/// The schema of a list's items.
fn items(schema: &Value, node: &Value) -> Option<Value> {
    resolved(schema, node).get("items").cloned()
}

/// A document with every key that the schema knows, and an unknown one in every map.
fn skeleton(schema: &Value, node: &Value, depth: usize) -> Value {
    if let Some(items) = items(schema, node) {
        return json!([skeleton(schema, &items, depth)]);
    }
    let properties = properties(schema, node);
    if properties.is_empty() || depth == 0 {
        return Value::Null;
    }
    let mut map: Map<_, _> = properties
        .iter()
        .map(|(key, value)| (key.clone(), skeleton(schema, value, depth - 1)))
        .collect();
    map.insert(UNKNOWN.to_owned(), Value::Null);
    Value::Object(map)
}

/// The keys of the map at a path such as `spec.hosts.workers[0]`.
fn keys_at(schema: &Value, path: &str) -> Vec<String> {
    let mut node = schema.clone();
    for segment in path.split('.').filter(|segment| !segment.is_empty()) {
        let (key, index) = segment.split_once('[').map_or((segment, None), |(k, i)| (k, Some(i)));
        node = properties(schema, &node)[key].clone();
        if index.is_some() {
            node = items(schema, &node).expect(path);
        }
    }
    let mut keys: Vec<_> = properties(schema, &node).keys().cloned().collect();
    keys.sort();
    keys
}

#[test]
fn the_parser_knows_the_keys_of_the_schema_and_no_others() {
    let schema = schema();
    let mut document = skeleton(&schema, &schema, 8);
    document["apiVersion"] = json!("provisioner.dev/v1alpha1");
    document["kind"] = json!("Cluster");
    let text = document.to_string();
    let diagnostics = parse(&text, "skeleton").expect_err("it has unknown keys");
    let mut maps = 0;
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.code == "unknown-key") {
        assert!(diagnostic.message.contains(UNKNOWN), "{diagnostic:?}");
        let path = diagnostic.message.split('`').nth(3).unwrap_or_default();
        let hint = diagnostic.hint.as_deref().unwrap_or_default();
        let mut known: Vec<_> =
            hint.trim_start_matches("known here: ").split(", ").map(str::to_owned).collect();
        known.sort();
        assert_eq!(known, keys_at(&schema, path), "in {path}");
        maps += 1;
    }
    assert!(maps > 25, "only {maps} maps");
}

#[test]
fn the_defaults_of_the_schema_are_those_that_are_filled_in() {
    let schema = schema();
    let cluster = parse(include_str!("good/minimal.yaml"), "minimal").expect("sound");
    let resolved: Value = serde_yaml::from_str(&cluster.to_yaml()).expect("YAML");
    let mut defaults = BTreeMap::new();
    collect_defaults(&schema, &schema, "", &mut defaults);
    assert!(defaults.len() > 5, "{defaults:?}");
    let on_eks = read_spec(include_str!("good/eks-minimal.yaml"), "minimal").expect("sound");
    let on_eks: Value = serde_yaml::from_str(&on_eks.spec.to_yaml()).expect("YAML");
    for (pointer, default) in defaults {
        let resolved = if pointer.starts_with("/spec/eks/") { &on_eks } else { &resolved };
        let found = resolved.pointer(&pointer).unwrap_or(&Value::Null);
        // The minimal spec has to name a plugin that this version has.
        if pointer != "/spec/network/plugin" {
            assert_eq!(*found, default, "{pointer}");
        }
    }
}

fn collect_defaults(
    schema: &Value,
    node: &Value,
    pointer: &str,
    defaults: &mut BTreeMap<String, Value>,
) {
    for (key, value) in properties(schema, node) {
        let pointer = format!("{pointer}/{key}");
        if let Some(default) = value.get("default") {
            defaults.insert(pointer.clone(), default.clone());
        }
        // A bastion may be behind another one, and so on; it has no defaults. Those of an addon are
        // filled in where it is named.
        if key != "bastion" && key != "addons" {
            collect_defaults(schema, &value, &pointer, defaults);
        }
    }
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec.md");
    let wanted = reference::render(&schema());
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, &wanted).expect("docs/spec.md can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/spec.md is out of date: run this test with UPDATE_REFERENCE=1");
}
