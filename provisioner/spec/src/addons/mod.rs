//! What may be said about each addon: taken from the addons' own definitions under `addons/`.

mod builtin;
mod json_schema;
mod schema;
mod schemas;

pub use schema::AddonSchema;
pub use schemas::AddonSchemas;
