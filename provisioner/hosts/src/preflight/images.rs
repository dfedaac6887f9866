//! Whether packages and images can be had.

use super::finding::Report;
use super::input::Input;
use super::probe::Registry;
use crate::facts::{Facts, Family};
use std::collections::BTreeSet;

/// pkgs.k8s.io begins there (<https://kubernetes.io/blog/2023/08/15/pkgs-k8s-io-introduction/>).
const FIRST_PACKAGED_MINOR: u64 = 24;

pub(super) fn package_source(input: &Input<'_>, report: &mut Report) {
    let kubernetes = &input.cluster.kubernetes;
    let source = &kubernetes.package_repository;
    let is_upstream = |facts: &Facts| {
        let url = if facts.os.family == Family::Redhat { &source.rpm } else { &source.apt };
        url.starts_with("https://pkgs.k8s.io/")
    };
    if input.bundle.is_none()
        && input.minor() < FIRST_PACKAGED_MINOR
        && input.nodes().any(|(_, facts)| is_upstream(facts))
    {
        let version = &kubernetes.version;
        report.error(&[], format!("pkgs.k8s.io has no packages of Kubernetes {version}"));
    }
}

pub(super) fn bundle_version(input: &Input<'_>, report: &mut Report) {
    let wanted = &input.cluster.kubernetes.version;
    if let Some(bundle) = input.bundle.filter(|bundle| bundle.version != *wanted) {
        let holds = &bundle.version;
        report
            .error(&[], format!("the bundle holds Kubernetes {holds}, and the spec says {wanted}"));
    }
}

pub(super) fn bundle_architecture(input: &Input<'_>, report: &mut Report) {
    let Some(bundle) = input.bundle else { return };
    for (host, facts) in input.hosts() {
        let (is, for_) = (facts.architecture.name(), &bundle.architecture);
        if is != for_ {
            report.error(&[&host.name], format!("it is {is}, and the bundle is for {for_}"));
        }
    }
}

/// A bundle of another version has the images of that: [`bundle_version`] has said so.
pub(super) fn bundle_images(input: &Input<'_>, report: &mut Report) {
    let wanted = &input.cluster.kubernetes.version;
    let Some(bundle) = input.bundle.filter(|bundle| bundle.version == *wanted) else { return };
    let held: BTreeSet<&String> = bundle.images.iter().collect();
    for image in input.images.iter().filter(|image| !held.contains(image)) {
        report.error(&[], format!("the bundle lacks the image {image}"));
    }
}

pub(super) fn registry(input: &Input<'_>, report: &mut Report) {
    for host in input.cluster.all_hosts() {
        let Some(probe) = input.probes.get(&host.name) else { continue };
        for (url, answer) in &probe.registries {
            match answer {
                Registry::Missing => {
                    report.error(&[&host.name], format!("the registry has no image {url}"));
                }
                Registry::Silent(reason) => {
                    // Once for a registry, however many images it has.
                    let server = url.split("/v2/").next().unwrap_or(url);
                    report.error(&[&host.name], format!("{server} does not answer ({reason})"));
                }
                Registry::Unknown => report.warning(
                    &[&host.name],
                    "whether the registry has the images cannot be asked: curl is missing",
                ),
                Registry::Answers => {}
            }
        }
    }
}
