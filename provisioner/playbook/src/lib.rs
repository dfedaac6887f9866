//! Playbooks: data that says what is done to a host, turned into one shell script per host and stage.
//!
//! `Library` (what is written) + a context (spec and facts) -> [`Step`]s -> [`script::compile`] -> text
//! for a host's root shell; what comes back is read by [`frames::Decoder`]. Nothing here does I/O,
//! except that [`Assets`] can be read from a folder.

mod action;
mod assets;
mod condition;
mod context;
mod digest;
mod error;
mod foreign;
mod hooks;
mod library;
mod model;
mod render;
mod resolve;

pub mod diff;
pub mod frames;
pub mod script;
pub mod shell;

pub use action::{Action, Blob, Step, Undo};
pub use assets::Assets;
pub use condition::holds;
pub use error::PlaybookError;
pub use foreign::check_template;
pub use hooks::{Hook, Place};
pub use library::Library;
pub use model::{Party, Playbook, RestoredGroup, Serial, StageDefinition, Target};
pub use render::template;
