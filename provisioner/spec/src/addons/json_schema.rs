use super::{AddonSchema, AddonSchemas};
use serde_json::{Map, Value, json};

impl AddonSchemas {
    /// Puts what may be said about each addon into the schema of a whole spec.
    pub(crate) fn describe_in(&self, schema: &mut Value) {
        let mut properties = Map::new();
        for (name, addon) in self.iter() {
            let definition = format!("addon.{name}");
            schema["$defs"][&definition] = addon.describe();
            properties.insert(name.to_owned(), json!({"$ref": format!("#/$defs/{definition}")}));
        }
        schema["$defs"]["Addons"] = json!({
            "description": "What is installed into the cluster, by name.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        let addons = &mut schema["$defs"]["Cluster"]["properties"]["addons"];
        let description = addons["description"].take();
        *addons = json!({
            "description": description,
            "anyOf": [{"$ref": "#/$defs/Addons"}, {"type": "null"}],
        });
    }
}

impl AddonSchema {
    fn describe(&self) -> Value {
        let mut properties = Map::new();
        if !self.implied {
            let about = "Whether it is installed.";
            properties.insert(
                "enabled".to_owned(),
                json!({"type": "boolean", "default": true, "description": about}),
            );
        }
        properties.extend(self.settings.clone());
        let mut described = json!({
            "description": self.about,
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            described["required"] = json!(self.required);
        }
        plain(&mut described);
        described
    }
}

/// Replaces our formats by what every reader of JSON Schema knows.
fn plain(schema: &mut Value) {
    if schema["type"] == "object" && schema["format"] == "secret" {
        let description = schema["description"].take();
        *schema = json!({"description": description, "$ref": "#/$defs/SecretSource"});
        return;
    }
    match schema {
        Value::Object(map) => map.values_mut().for_each(plain),
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}
