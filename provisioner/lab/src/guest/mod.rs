//! What is inside a host: the parts that all hosts share (in the image) and those of each one.

mod files;
mod identity;
mod setup;

pub use setup::{PASSWORD, PASSWORD_USER, SUDO_USER};

pub(crate) use files::{GuestFile, write_all};
pub(crate) use identity::identity;
pub(crate) use setup::{SETUP, common_files};
