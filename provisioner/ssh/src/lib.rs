//! Connections to hosts: the only room that knows russh.
//!
//! A [`Connector`] turns an [`Endpoint`] into a [`Connection`], through as many bastions as the
//! endpoint names. On a connection, [`Connection::open`] runs commands and [`Connection::tunnel`]
//! reaches addresses behind the host. [`ssh_config`] reads what a user has written in
//! `~/.ssh/config`.
//!
//! Nothing here reads the environment or asks: paths, sockets, secrets and the answer to an
//! unknown host key are given by the caller.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod agent;
mod attempt;
mod authenticate;
mod channel;
mod client;
mod connection;
mod connector;
mod endpoint;
mod error;
mod host_keys;
mod identity;
mod known_hosts;
mod pattern;
mod process;
mod proxy;
mod proxy_command;
pub mod ssh_config;
mod thinking;
mod transport;
mod unknown_host_key;

pub use attempt::{Attempt, AttemptResult};
pub use channel::{Input, Output, Tunnel};
pub use connection::Connection;
pub use connector::Connector;
pub use endpoint::{Endpoint, HostKeyAnswer, HostKeyPolicy, HostKeyQuestion, Notices, Options};
pub use error::SshError;
pub use process::{Captured, Exit, ExitWaiter, Process};
pub use proxy_command::ProxyCommand;
pub use unknown_host_key::UnknownHostKey;
