//! The program as a whole, as far as it needs no hosts.
#![allow(clippy::unwrap_used)]

mod bundle;
mod help;
mod hooks;
mod init;
mod interrupt;
mod output;
mod runs;
mod shell;
mod support;
mod up;
mod validate;
