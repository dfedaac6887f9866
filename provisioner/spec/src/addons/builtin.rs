use super::{AddonSchema, AddonSchemas};
use crate::yaml;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The definitions of the program's own addons.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../addons/"]
struct Definitions;

impl AddonSchemas {
    /// Those of the addons that the program brings along.
    pub fn builtin() -> Self {
        let read = |path: std::borrow::Cow<'static, str>| {
            let name = path.strip_suffix("/addon.yaml")?.to_owned();
            let data = Definitions::get(&path)?.data;
            Some((name, AddonSchema::of_definition(std::str::from_utf8(&data).ok()?)?))
        };
        Definitions::iter().filter_map(read).collect()
    }
}

impl AddonSchema {
    /// What the text of an `addon.yaml` says about settings; None for what is no such text.
    fn of_definition(text: &str) -> Option<Self> {
        let (root, _) = yaml::read(text);
        let definition = yaml::to_json(&root?)?;
        let text = |key: &str| definition[key].as_str().map(str::to_owned);
        let texts = |key: &str| -> Vec<String> {
            let list = definition[key].as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Some(Self {
            about: text("about")?.trim().to_owned(),
            settings: definition["settings"].as_object().cloned().unwrap_or_default(),
            kubernetes: text("kubernetes").and_then(|required| required.parse().ok()),
            needs: texts("needs"),
            required: texts("required"),
            implied: definition.get("impliedBy").is_some(),
            platforms: read(&definition["platforms"]).unwrap_or_default(),
            identity: read(&definition["identity"]),
        })
    }
}

/// A part of a definition; what is wrong with one of ours, the room that installs addons finds.
fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}
