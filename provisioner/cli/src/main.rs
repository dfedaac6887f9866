//! The program `provisioner`: the only room that prints, asks, reads the environment or exits.

mod addons;
mod answer;
mod arguments;
mod audit_policy;
mod commands;
mod drift;
mod eks;
mod entrance;
mod environment;
mod error;
mod etcd_files;
mod exit;
mod hooks;
mod lab_definition;
mod libraries;
mod logging;
mod place;
mod private_file;
mod program;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod reference;
mod removal;
mod render;
mod run;
mod signals;
mod site;
mod spec_file;
mod terminal;
mod usage;

fn main() -> std::process::ExitCode {
    program::main().into()
}
