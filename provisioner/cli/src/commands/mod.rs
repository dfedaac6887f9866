//! One file for each command.

mod addons;
mod bundle;
mod completions;
mod dispatch;
mod down;
mod exec;
mod init;
mod kubeconfig;
mod lab;
mod man;
mod open;
mod plan;
mod preflight;
mod runs;
mod scale;
mod schema;
mod status;
mod up;
mod validate;

pub(crate) use dispatch::run;
