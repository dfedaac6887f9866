//! The reference of the spec, out of its schema.

use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write};

const INTRODUCTION: &str = include_str!("introduction.md");

/// A kind of map: the places where it is found, and its schema.
struct Section {
    paths: Vec<String>,
    schema: Value,
}

/// The whole reference, in Markdown.
pub(crate) fn render(schema: &Value) -> String {
    let mut sections = Sections::default();
    sections.add("", String::new(), schema, schema);
    let mut out = INTRODUCTION.to_owned();
    for name in &sections.order {
        render_section(&mut out, schema, &sections.by_name[name]);
    }
    out
}

/// Every kind of map, in the order of the schema: what a map holds follows right behind it.
#[derive(Default)]
struct Sections {
    order: Vec<String>,
    by_name: BTreeMap<String, Section>,
}

impl Sections {
    fn add(&mut self, name: &str, path: String, target: &Value, schema: &Value) {
        if let Some(known) = self.by_name.get_mut(name) {
            known.paths.push(path);
            return;
        }
        self.order.push(name.to_owned());
        let section = Section { paths: vec![path.clone()], schema: target.clone() };
        self.by_name.insert(name.to_owned(), section);
        for (key, property) in target["properties"].as_object().into_iter().flatten() {
            let (items, values) = (property.get("items"), property.get("additionalProperties"));
            let (property, suffix) = match (items, values.filter(|values| values.is_object())) {
                (Some(items), _) => (items, "[]"),
                (None, Some(values)) => (values, ".NAME"),
                (None, None) => (property, ""),
            };
            let inner = format!("{path}.{key}{suffix}").trim_start_matches('.').to_owned();
            let Some(name) = type_name(property) else { continue };
            match schema.pointer(&format!("/$defs/{name}")) {
                Some(target) if target.get("properties").is_some() => {
                    self.add(&name, inner, target, schema);
                }
                _ => {}
            }
        }
    }
}

fn render_section(out: &mut String, schema: &Value, section: &Section) {
    let paths: Vec<_> = section.paths.iter().map(|path| format!("`{path}`")).collect();
    let title = paths.join(", ");
    let title = if title == "``" { "The document" } else { title.as_str() };
    let summary = one_line(section.schema["description"].as_str().unwrap_or_default());
    let _ = writeln!(out, "\n## {title}\n\n{summary}\n");
    out.push_str("| key | type | default | |\n|---|---|---|---|\n");
    let required = section.schema["required"].as_array().cloned().unwrap_or_default();
    for (key, property) in section.schema["properties"].as_object().into_iter().flatten() {
        let default = match &property["default"] {
            _ if required.contains(&Value::from(key.as_str())) => "**required**".to_owned(),
            Value::Null => String::new(),
            default => format!("`{}`", default.to_string().trim_matches('"')),
        };
        let description = description(schema, property).replace('|', "\\|");
        let kind = kind(schema, property);
        let _ = writeln!(out, "| `{key}` | {kind} | {default} | {description} |");
    }
}

/// The name of the type that a property refers to.
fn type_name(property: &Value) -> Option<String> {
    let reference = property["$ref"].as_str().or_else(|| {
        let alternatives = property["anyOf"].as_array()?;
        alternatives.iter().find_map(|alternative| alternative["$ref"].as_str())
    })?;
    Some(reference.rsplit('/').next()?.to_owned())
}

fn description(schema: &Value, property: &Value) -> String {
    let own = property["description"].as_str().unwrap_or_default();
    let target = type_name(property).and_then(|name| schema.pointer(&format!("/$defs/{name}")));
    let words: Vec<_> = target
        .and_then(|target| target["oneOf"].as_array())
        .into_iter()
        .flatten()
        .filter_map(|choice| {
            let word = choice["const"].as_str()?;
            let meaning = choice["description"].as_str().unwrap_or_default();
            Some(format!("`{word}`: {}", one_line(meaning)))
        })
        .collect();
    [one_line(own), words.join(" ")].join(" ").trim().to_owned()
}

/// What a person calls the type.
fn kind(schema: &Value, property: &Value) -> String {
    if let Some(constant) = property["const"].as_str() {
        return format!("`{constant}`");
    }
    if let Some(items) = property.get("items") {
        return format!("list of {}", plural(kind(schema, items)));
    }
    if let Some(name) = type_name(property) {
        return match name.as_str() {
            "ControlPlaneSubnets" => "`all`, `private`, or list of text".to_owned(),
            "NodeShare" => "whole number, or a share such as `30%`".to_owned(),
            "SecretSource" => "`{env: NAME}` or `{file: PATH}`".to_owned(),
            "Taint" => "`key=value:Effect` or `{key, value, effect}`".to_owned(),
            name if schema.pointer(&format!("/$defs/{name}/properties")).is_some() => "map".into(),
            name => words(schema, name),
        };
    }
    let types: Vec<_> = match &property["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let name = types.into_iter().find(|name| *name != "null").unwrap_or_default();
    match (name, property["format"].as_str()) {
        (_, Some("ip")) => "address".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        ("object", _) => match property["additionalProperties"].as_object() {
            Some(values) if !values.is_empty() => {
                let kind = kind(schema, &property["additionalProperties"]);
                format!("map of names to {}", plural(kind))
            }
            _ => "map".to_owned(),
        },
        _ => "anything".to_owned(),
    }
}

/// The words of an enumeration.
fn words(schema: &Value, name: &str) -> String {
    let choices = schema.pointer(&format!("/$defs/{name}/oneOf")).and_then(Value::as_array);
    let plain = schema.pointer(&format!("/$defs/{name}/enum")).and_then(Value::as_array);
    let words = choices.into_iter().flatten().map(|choice| &choice["const"]);
    let words = words.chain(plain.into_iter().flatten()).filter_map(Value::as_str);
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn plural(kind: String) -> String {
    match kind.as_str() {
        "map" => "maps".to_owned(),
        "address" => "addresses".to_owned(),
        _ if kind.starts_with("list") => format!("a {kind}"),
        _ => kind,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
