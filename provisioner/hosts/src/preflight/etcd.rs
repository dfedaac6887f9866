//! An etcd that runs elsewhere.

use super::finding::Report;
use super::input::Input;
use super::probe::Etcd;
use crate::facts::Facts;
use crate::inventory::manifest;

pub(super) fn answers(input: &Input<'_>, report: &mut Report) {
    for (host, answers) in answers_of(input) {
        for (url, answer) in answers {
            match answer {
                Etcd::Answers(_) => {}
                Etcd::Refuses(reason) => {
                    report.error(&[host], format!("etcd at {url}: {reason}"));
                }
                Etcd::Unknown => {
                    report.warning(&[host], "it has no curl and no openssl to ask etcd with");
                }
            }
        }
    }
}

/// What an earlier cluster has left there is of other authorities, and full of other nodes.
pub(super) fn is_empty(input: &Input<'_>, report: &mut Report) {
    let has_begun = |facts: &Facts| {
        input.is_ours(facts) && facts.kubernetes.paths.iter().any(|path| path == manifest(true))
    };
    if input.control_planes().any(|(_, facts)| has_begun(facts)) {
        return;
    }
    for (host, answers) in answers_of(input) {
        for (url, _) in answers.iter().filter(|(_, one)| **one == Etcd::Answers(Some(true))) {
            report.error(&[host], format!("etcd at {url} has a cluster's state below /registry/"));
        }
    }
}

fn answers_of<'a>(
    input: &Input<'a>,
) -> impl Iterator<Item = (&'a str, &'a std::collections::BTreeMap<String, Etcd>)> {
    let probe = |host: &'a provisioner_spec::Host| {
        Some((host.name.as_str(), &input.probes.get(&host.name)?.etcd))
    };
    input.cluster.control_planes().iter().filter_map(probe)
}
