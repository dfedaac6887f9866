use super::AddonSchema;
use std::collections::BTreeMap;

/// What may be said about the addons, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddonSchemas(BTreeMap<String, AddonSchema>);

impl AddonSchemas {
    /// The addon of that name.
    pub fn get(&self, name: &str) -> Option<&AddonSchema> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &AddonSchema)> {
        self.0.iter().map(|(name, schema)| (name.as_str(), schema))
    }
}

impl FromIterator<(String, AddonSchema)> for AddonSchemas {
    fn from_iter<T: IntoIterator<Item = (String, AddonSchema)>>(schemas: T) -> Self {
        Self(schemas.into_iter().collect())
    }
}
