//! What templates and conditions of addons see. The reference is docs/addons.md.

use serde_json::{Map, Value, json};

use super::secrets::completed;
use super::{Addon, Library, Secrets, Selection, Surroundings};

/// The context of an addon in a cluster.
pub(crate) fn context(
    cluster: &Surroundings,
    library: &Library,
    selection: &Selection,
    addon: &Addon,
    secrets: &Secrets,
) -> Value {
    let mut context = cluster.context.clone();
    let mut addons = Map::new();
    for other in library.iter() {
        let settings = settings(cluster, other, secrets);
        let enabled = selection.contains(&other.name);
        addons.insert(other.name.clone(), json!({"enabled": enabled, "settings": settings}));
    }
    context["settings"] = addons[&addon.name]["settings"].clone();
    context["addon"] = json!({
        "name": addon.name,
        "version": addon.version,
        "namespace": addon.namespace,
        "role": addon.identity.as_ref().and_then(|identity| cluster.role_of(identity)),
    });
    context["addons"] = Value::Object(addons);
    context
}

/// The settings of an addon: those of the spec, or the defaults where the spec does not name it.
fn settings(cluster: &Surroundings, addon: &Addon, secrets: &Secrets) -> Value {
    let schema = json!({"type": "object", "properties": addon.settings});
    let mut settings = match cluster.addons.get(&addon.name) {
        Some(said) => completed(&Value::Object(said.settings.clone()), &schema, secrets),
        None => completed(&defaults(&schema), &schema, secrets),
    };
    for (key, _) in addon.settings.iter().filter(|(_, setting)| setting["format"] == "host") {
        let address = settings[key].as_str().and_then(|name| cluster.addresses.get(name));
        if let Some(address) = address {
            settings[key] = json!(address);
        }
    }
    settings
}

fn defaults(schema: &Value) -> Value {
    if let Some(default) = schema.get("default") {
        return default.clone();
    }
    match schema["properties"].as_object() {
        Some(parts) if schema.get("required").is_none() => {
            let part = |(key, part): (&String, &Value)| (key.clone(), defaults(part));
            Value::Object(parts.iter().map(part).filter(|(_, value)| !value.is_null()).collect())
        }
        _ => Value::Null,
    }
}
