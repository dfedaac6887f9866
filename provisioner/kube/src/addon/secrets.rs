use std::collections::BTreeMap;

use provisioner_spec::SecretSource;
use secrecy::SecretString;
use serde_json::{Map, Value};

/// The values of the secrets that the settings of addons only name.
#[derive(Debug, Clone)]
pub struct Secrets {
    values: BTreeMap<String, SecretString>,
    /// What stands for a secret that is not among them.
    placeholder: Option<&'static str>,
}

impl Secrets {
    pub fn new(values: impl IntoIterator<Item = (SecretSource, SecretString)>) -> Self {
        let values = values.into_iter().map(|(source, value)| (key(&source), value)).collect();
        Self { values, placeholder: None }
    }

    /// For whoever wants to know everything else about the addons.
    pub fn placeholders() -> Self {
        Self { values: BTreeMap::new(), placeholder: Some("secret") }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &SecretString> {
        self.values.values()
    }

    fn value(&self, named: &Value) -> Option<Value> {
        let known = source(named).and_then(|source| self.values.get(&key(&source)));
        let value = known.map(secrecy::ExposeSecret::expose_secret).or(self.placeholder)?;
        Some(Value::from(value))
    }
}

/// The settings with secrets in the places that name them, and null for every one that the schema
/// knows and nobody has set: a template may ask for it.
pub(crate) fn completed(settings: &Value, schema: &Value, secrets: &Secrets) -> Value {
    if is_secret(schema) {
        return secrets.value(settings).unwrap_or_default();
    }
    match settings {
        Value::Array(items) => {
            items.iter().map(|item| completed(item, &schema["items"], secrets)).collect()
        }
        Value::Object(settings) => Value::Object(completed_map(settings, schema, secrets)),
        Value::Null if schema["properties"].is_object() => {
            Value::Object(completed_map(&Map::new(), schema, secrets))
        }
        other => other.clone(),
    }
}

fn completed_map(
    settings: &Map<String, Value>,
    schema: &Value,
    secrets: &Secrets,
) -> Map<String, Value> {
    let known = schema["properties"].as_object();
    let others = &schema["additionalProperties"];
    let of = |key: &String| known.and_then(|known| known.get(key)).unwrap_or(others);
    let mut all: Map<String, Value> = settings
        .iter()
        .map(|(key, value)| (key.clone(), completed(value, of(key), secrets)))
        .collect();
    for (key, schema) in known.into_iter().flatten() {
        if !all.contains_key(key) {
            let absent = if is_secret(schema) || schema.get("required").is_some() {
                Value::Null
            } else {
                completed(&Value::Null, schema, secrets)
            };
            all.insert(key.clone(), absent);
        }
    }
    all
}

/// Every secret that the settings name.
pub(crate) fn sources(settings: &Value, schema: &Value) -> Vec<SecretSource> {
    if is_secret(schema) {
        return source(settings).into_iter().collect();
    }
    match settings {
        Value::Array(items) => {
            items.iter().flat_map(|item| sources(item, &schema["items"])).collect()
        }
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| {
                let known = schema["properties"].get(key);
                sources(value, known.unwrap_or(&schema["additionalProperties"]))
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn is_secret(schema: &Value) -> bool {
    schema["type"] == "object" && schema["format"] == "secret"
}

fn source(named: &Value) -> Option<SecretSource> {
    if let Some(name) = named["env"].as_str() {
        return Some(SecretSource::Env(name.to_owned()));
    }
    Some(SecretSource::File(named["file"].as_str()?.into()))
}

fn key(source: &SecretSource) -> String {
    format!("{source:?}")
}
