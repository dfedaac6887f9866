//! Clusters of several kinds, each with every addon that fits.

use provisioner_spec::Spec;

use crate::{Assets, Library, Surroundings};

pub(super) const SMALL: &str = include_str!("specs/small.yaml");
pub(super) const LARGE: &str = include_str!("specs/large.yaml");
pub(super) const EKS: &str = include_str!("specs/eks.yaml");
pub(super) const EKS_IMPORTED: &str = include_str!("specs/eks-imported.yaml");
pub(super) const AIR_GAPPED: &str = include_str!("specs/air-gapped.yaml");
pub(super) const DUAL_STACK: &str = include_str!("specs/dual-stack.yaml");
pub(super) const IPV6: &str = include_str!("specs/ipv6.yaml");

pub(super) const ALL: [(&str, &str); 7] = [
    ("small", SMALL),
    ("large", LARGE),
    ("eks", EKS),
    ("eks-imported", EKS_IMPORTED),
    ("air-gapped", AIR_GAPPED),
    ("dual-stack", DUAL_STACK),
    ("ipv6", IPV6),
];

pub(super) fn library() -> Library {
    Library::load(Assets::embedded()).unwrap()
}

pub(super) fn cluster(text: &str) -> Surroundings {
    let parsed = provisioner_spec::read_spec_with(text, "spec", library().schemas());
    match parsed.unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false))).spec {
        Spec::Hosts(cluster) => Surroundings::from(&*cluster),
        Spec::Eks(cluster) => Surroundings::from(&*cluster),
    }
}
