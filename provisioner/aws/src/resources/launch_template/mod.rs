//! Launch templates: what instances of a node group are started with.

mod create;
mod difference;
mod find;
mod removal;
mod request;
mod resource;
mod state;
mod texts;
mod wanted;

pub(crate) use find::{by_id, find};
pub(crate) use removal::LaunchTemplateRemoval;
pub(crate) use state::TemplateState;
pub(crate) use wanted::LaunchTemplate;
