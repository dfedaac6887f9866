//! What an addon is, and what it is for one cluster. No I/O, except that [`Assets`] can be read from
//! a folder.

mod assets;
mod context;
mod definition;
mod documents;
mod image;
mod library;
mod rendered;
mod secrets;
mod selection;
mod surroundings;

pub use assets::Assets;
pub(crate) use context::context;
pub use definition::Addon;
pub(crate) use definition::{Chart, Door, ProbeTarget, Published};
pub(crate) use documents::{Manifest, documents, is_of_the_cluster};
pub(crate) use image::images_in;
pub use library::Library;
pub(crate) use rendered::{Content, Rendered, RenderedPart};
pub use secrets::Secrets;
pub use selection::Selection;
pub use surroundings::Surroundings;
