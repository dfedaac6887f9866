//! From the tree to resolved values. A decoder reads every part that it can, reports what it cannot
//! read, and puts a placeholder there: so all faults come out at once.

mod addons;
mod charts;
mod cursor;
mod document;
mod eks;
mod eksctl;
mod etcd;
mod fields;
mod hooks;
mod host;
mod hosts;
mod kubernetes;
mod nearest;
mod network;
mod report;
mod resources;
mod runtime;
mod security;
mod ssh;
mod taint;

pub(crate) use document::document;
pub(crate) use report::Report;
