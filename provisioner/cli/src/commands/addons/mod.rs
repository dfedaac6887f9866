//! `addons`: one file for each of its commands.

mod dispatch;
mod down;
mod images;
mod list;
mod place;
mod plan;
mod up;

pub(crate) use dispatch::run;
