//! The clocks.

use super::finding::Report;
use super::input::Input;
use crate::facts::Facts;
use jiff::SignedDuration;

/// Certificates, leases and etcd's own warnings assume clocks closer than that.
const TOLERATED: SignedDuration = SignedDuration::from_secs(30);

pub(super) fn skew(input: &Input<'_>, report: &mut Report) {
    let offsets: Vec<_> =
        input.hosts().filter_map(|(host, facts)| Some((host, offset(facts)?))).collect();
    let Some(median) = median(offsets.iter().map(|(_, offset)| offset.ahead).collect()) else {
        return;
    };
    for (host, offset) in offsets {
        let skew = offset.ahead - median;
        if skew.abs() > TOLERATED + offset.uncertain {
            let message = format!("its clock is {} the median of all", off_by(skew));
            report.error(&[&host.name], message);
        }
    }
}

/// The cluster's certificates are made on the control machine: behind its clock they are not valid
/// yet.
pub(super) fn control_machine(input: &Input<'_>, report: &mut Report) {
    let offsets: Vec<_> = input.hosts().filter_map(|(_, facts)| offset(facts)).collect();
    let uncertain = offsets.iter().map(|offset| offset.uncertain).max().unwrap_or_default();
    let Some(median) = median(offsets.iter().map(|offset| offset.ahead).collect()) else { return };
    if median.abs() > TOLERATED + uncertain {
        let message = format!("the hosts' clocks are {} this machine's", off_by(median));
        report.error(&[], message);
    }
}

/// A container has its machine's clock.
pub(super) fn synchronized(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts().filter(|(_, facts)| facts.container.is_none()) {
        let probed = input.probes.get(&host.name).and_then(|probe| probe.synchronized);
        if facts.clock.synchronized.or(probed) == Some(false) {
            report.warning(&[&host.name], "nothing keeps its clock right");
        }
    }
}

/// How far a host's clock is ahead of the control machine's.
struct Offset {
    ahead: SignedDuration,
    /// The host may have looked at its clock at any moment between question and answer.
    uncertain: SignedDuration,
}

fn offset(facts: &Facts) -> Option<Offset> {
    let asked = facts.clock.asked?;
    let uncertain = asked.received.duration_since(asked.sent);
    let ahead = facts.clock.time?.duration_since(asked.sent) - uncertain / 2;
    Some(Offset { ahead, uncertain })
}

fn median(mut offsets: Vec<SignedDuration>) -> Option<SignedDuration> {
    offsets.sort();
    offsets.get(offsets.len().saturating_sub(1) / 2).copied()
}

fn off_by(offset: SignedDuration) -> String {
    let direction = if offset.is_negative() { "behind" } else { "ahead of" };
    format!("{} s {direction}", offset.abs().as_secs())
}
