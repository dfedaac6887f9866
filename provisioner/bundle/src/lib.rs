//! A bundle is a folder that replaces the internet: the programs, images, packages and charts that
//! hosts need, and `bundle.yaml`, which names every file with its SHA-256.

mod archive;
mod bundle;
mod create;
mod digest;
mod elf;
mod error;
mod manifest;
mod missing;
mod parallel;
mod path;
mod reference;
mod request;
mod sources;
mod staging;
mod verify;

pub use bundle::{Bundle, open};
pub use create::{Progress, create};
pub use error::Error;
pub use manifest::{Architecture, File, Image, MANIFEST_NAME, Manifest};
pub use missing::COMPONENTS;
pub use reference::normalize_reference;
pub use request::Request;
pub use verify::{Problem, Problems, Report};
