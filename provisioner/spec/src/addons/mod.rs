//! What may be said about each addon: taken from the addons' own definitions under `addons/`.

mod builtin;
mod identity;
mod json_schema;
mod platform;
mod schema;
mod schemas;

pub use identity::AddonIdentity;
pub use platform::Platform;
pub use schema::AddonSchema;
pub use schemas::AddonSchemas;
