//! Addons in a real cluster's API: etcd, kube-apiserver and kube-controller-manager run on this machine,
//! and the real helm. There is no node, so what a kubelet would say is said by the tests.

#![allow(clippy::unwrap_used)]

mod anew;
mod charts;
mod conflicts;
mod entrance;
mod fetched_helm;
mod fixtures;
mod images;
mod locking;
mod manifests;
mod opening;
mod published;
mod repository;
mod revisions;
mod secrets;
mod waiting;
mod world;
