//! `addons`: one file for each of its commands.

mod dispatch;
mod down;
mod images;
mod list;
mod plan;
mod up;

pub(crate) use dispatch::run;
