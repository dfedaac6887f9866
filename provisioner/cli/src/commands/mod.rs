//! One file for each command.

mod addons;
mod bundle;
mod certs;
mod completions;
mod dispatch;
mod down;
mod eks_token;
mod etcd;
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
mod upgrade;
mod validate;

pub(crate) use dispatch::run;
