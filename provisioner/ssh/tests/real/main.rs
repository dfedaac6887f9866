//! Connections to real SSH servers: OpenSSH's sshd, started by the tests on ports of their own.
//! They need root, openssh-server and openssh-client.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod agent;
mod sshd;

mod bastion;
mod certificates;
mod channels;
mod host_keys;
mod login;
mod lost;
mod throughput;
