use super::{cursor::Cursor, nearest::nearest, network, ssh::secret};
use crate::{
    AddonSchema, AddonSchemas,
    diagnostic::{Fault, shown},
    model::Addon,
    syntax,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const ENABLED: &str = "enabled";

/// Reads the addons, each by its own schema.
pub(super) fn addons(at: &Cursor<'_>) -> BTreeMap<String, Addon> {
    let schemas = at.report.addons();
    let mut addons = BTreeMap::new();
    for (name, at) in at.entries() {
        match schemas.get(name) {
            Some(schema) => {
                addons.insert(name.to_owned(), addon(&at, schema));
            }
            None => at.fault_at_key(unknown_addon(name, schemas)),
        }
    }
    addons
}

fn addon(at: &Cursor<'_>, schema: &AddonSchema) -> Addon {
    let mut known = schema.object();
    if !schema.implied {
        known["properties"][ENABLED] = serde_json::json!({"type": "boolean", "default": true});
    }
    let Value::Object(mut settings) = value(at, &known).unwrap_or_default() else {
        return Addon::default();
    };
    let enabled = settings.shift_remove(ENABLED).is_none_or(|enabled| enabled == true);
    let hosts = schema.settings.iter().filter(|(_, setting)| setting["format"] == "host");
    Addon { enabled, settings, host_settings: hosts.map(|(key, _)| key.clone()).collect() }
}

/// Reads a value by its schema, with the defaults of what is not there.
fn value(at: &Cursor<'_>, schema: &Value) -> Option<Value> {
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<_> =
            choices.iter().filter_map(Value::as_str).map(|word| (word, word)).collect();
        return at.choice(&choices).map(Value::from);
    }
    match schema["type"].as_str() {
        Some("boolean") => at.boolean().map(Value::from),
        Some("integer") => {
            let bound = |key: &str, default| schema[key].as_u64().unwrap_or(default);
            at.integer(bound("minimum", 0)..=bound("maximum", u64::from(u32::MAX))).map(Value::from)
        }
        Some("string") => text(at, schema["format"].as_str()),
        Some("array") => Some(Value::Array(at.list(|item| value(item, &schema["items"])))),
        Some("object") if schema["format"] == "secret" => {
            secret(at).and_then(|source| serde_json::to_value(source).ok())
        }
        Some("object") => Some(Value::Object(object(at, schema))),
        // Anything.
        _ => Some(at.json()),
    }
}

fn text(at: &Cursor<'_>, format: Option<&str>) -> Option<Value> {
    match format {
        Some("address") => network::address(at).map(|address| Value::from(address.to_string())),
        Some("range") => network::cidr(at).map(|range| Value::from(range.to_string())),
        Some("label") => at.valid("invalid-name", "name", syntax::label).map(Value::from),
        Some("url") => at.valid("invalid-url", "URL", syntax::base_url).map(Value::from),
        _ => at.text().map(Value::from),
    }
}

fn object(at: &Cursor<'_>, schema: &Value) -> Map<String, Value> {
    let none = Map::new();
    let known = schema["properties"].as_object().unwrap_or(&none);
    let others = schema.get("additionalProperties").filter(|others| **others != false);
    // An object of which nothing is said is one of which everything may be said.
    let is_free = known.is_empty() && others.is_none() && schema.get("required").is_none();
    let mut values = Map::new();
    for (key, at) in at.entries() {
        let read = match (known.get(key), others) {
            _ if at.is_null() => None,
            (Some(schema), _) | (None, Some(schema)) => value(&at, schema),
            (None, None) if is_free => Some(at.json()),
            (None, None) => {
                at.fault_at_key(unknown_key(key, &at, known));
                None
            }
        };
        values.extend(read.map(|read| (key.to_owned(), read)));
    }
    let has = |key: &str| at.entries().iter().any(|(name, at)| *name == key && !at.is_null());
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !has(key) {
            at.fault_at_key(missing(key, at));
        }
    }
    for (key, schema) in known {
        if !values.contains_key(key) && !has(key) {
            values.extend(default(schema).map(|value| (key.clone(), value)));
        }
    }
    in_order(values, known)
}

/// In the order of the schema; what it does not name comes last.
fn in_order(mut values: Map<String, Value>, known: &Map<String, Value>) -> Map<String, Value> {
    let mut ordered = Map::new();
    for key in known.keys() {
        ordered.extend(values.shift_remove_entry(key));
    }
    ordered.extend(values);
    ordered
}

/// What is meant where nothing is said.
fn default(schema: &Value) -> Option<Value> {
    if let Some(default) = schema.get("default") {
        return Some(default.clone());
    }
    let parts = schema["properties"].as_object()?;
    if schema.get("required").is_some() {
        return None;
    }
    let parts: Map<String, Value> =
        parts.iter().filter_map(|(key, part)| Some((key.clone(), default(part)?))).collect();
    (!parts.is_empty()).then_some(Value::Object(parts))
}

fn unknown_key(key: &str, at: &Cursor<'_>, known: &Map<String, Value>) -> Fault {
    let lower = key.to_lowercase();
    if ["pass", "secret", "token"].iter().any(|word| lower.contains(word)) {
        at.hide();
    }
    let place = at.path().strip_suffix(key).unwrap_or(at.path()).trim_end_matches('.');
    let message = format!("unknown key `{}` in `{place}`", shown(key));
    hinted(Fault::new("unknown-key", message, "not known here"), key, known.keys())
}

fn unknown_addon(name: &str, schemas: &AddonSchemas) -> Fault {
    let message = format!("unknown addon `{}` in `spec.addons`", shown(name));
    hinted(Fault::new("unknown-key", message, "not known here"), name, schemas.names())
}

fn hinted(fault: Fault, found: &str, known: impl Iterator<Item = impl AsRef<str>>) -> Fault {
    let names: Vec<String> = known.map(|name| name.as_ref().to_owned()).collect();
    match nearest(found, names.iter().map(String::as_str)) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => fault.hint(format!("known here: {}", names.join(", "))),
    }
}

fn missing(key: &str, at: &Cursor<'_>) -> Fault {
    let message = format!("`{key}` is missing in `{}`", at.path());
    Fault::new("missing-key", message, format!("this needs `{key}`"))
}
