//! Clusters of several kinds, each with every addon that fits.

use provisioner_spec::Cluster;

use crate::{Assets, Library};

pub(super) const SMALL: &str = include_str!("specs/small.yaml");
pub(super) const LARGE: &str = include_str!("specs/large.yaml");
pub(super) const AIR_GAPPED: &str = include_str!("specs/air-gapped.yaml");

pub(super) fn library() -> Library {
    Library::load(Assets::embedded()).unwrap()
}

pub(super) fn cluster(text: &str) -> Cluster {
    let parsed = provisioner_spec::read_with(text, "spec", library().schemas());
    parsed.unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false))).cluster
}
