use anstyle::Style;
use jiff::tz::TimeZone;
use provisioner_hosts::{
    AddonState, AddonStatus, ApiStatus, Certificate, EtcdStatus, LoadBalancerStatus, MemberStatus,
    NodeStatus, StatusReport, VipStatus,
};

use super::{Palette, bytes, count, printable, table};
use crate::drift::Drift;

/// A cluster as it is: its parts, and what is wrong with them.
pub(crate) fn status(report: &StatusReport, drift: Option<&Drift>, palette: Palette) -> String {
    let Palette { heading, good, bad, changed, .. } = palette;
    let (style, verdict) = if report.healthy { (good, "healthy") } else { (bad, "not healthy") };
    let mut text = format!(
        "{heading}Cluster {}{heading:#}: Kubernetes {}, {style}{verdict}{style:#}\n\n",
        report.cluster, report.version
    );
    text += &table(&["NODE", "ROLE", "ADDRESS", "VERSION", "STATE"], report.nodes.iter().map(node));
    text.push('\n');
    if !report.load_balancers.is_empty() {
        let header = ["LOAD BALANCER", "ADDRESS", "STATE"];
        text += &table(&header, report.load_balancers.iter().map(load_balancer));
        text.push('\n');
    }
    text += &table(&["API THROUGH", "ADDRESS", "STATE"], report.api.iter().map(api));
    if !report.etcd.members.is_empty() {
        let header = ["ETCD", "ROLE", "VERSION", "STORE", "FREE", "STATE"];
        text.push('\n');
        text += &table(&header, report.etcd.members.iter().map(|one| member(one, &report.etcd)));
    }
    if !report.etcd.external.is_empty() {
        text += &format!("\netcd runs elsewhere: {}\n", report.etcd.external.join(", "));
    }
    if let Some(addons) = report.addons.as_deref().filter(|addons| !addons.is_empty()) {
        text.push('\n');
        text += &table(&["ADDON", "VERSION", "STATE"], addons.iter().map(addon));
    }
    text.push('\n');
    text.extend(report.vip.as_ref().map(vip));
    text += &certificates(&report.certificates);
    text.extend(drift.map(drifted));
    text += &list("Problems", '!', bad, &report.problems, palette);
    text + &list("Warnings", '~', changed, &report.warnings, palette)
}

fn list(title: &str, mark: char, style: Style, items: &[String], palette: Palette) -> String {
    let heading = palette.heading;
    if items.is_empty() {
        return String::new();
    }
    let lines = items.iter().map(|item| format!("  {style}{mark}{style:#} {}\n", printable(item)));
    format!("\n{heading}{title}{heading:#}\n") + &lines.collect::<String>()
}

fn node(node: &NodeStatus) -> Vec<String> {
    let version = if node.version.is_empty() { "-" } else { &node.version };
    let NodeStatus { name, role, address, .. } = node;
    let state = state("ready", node.ready, node.reason.as_deref());
    vec![name.clone(), role.clone(), address.clone(), version.to_owned(), state]
}

fn load_balancer(one: &LoadBalancerStatus) -> Vec<String> {
    let state = state("ready", one.ready, one.reason.as_deref());
    vec![one.name.clone(), one.address.clone(), state]
}

fn api(api: &ApiStatus) -> Vec<String> {
    let state = state("ready", api.ready, api.reason.as_deref());
    vec![api.through.clone(), api.address.clone(), state]
}

fn member(member: &MemberStatus, etcd: &EtcdStatus) -> Vec<String> {
    let role = match (member.learner, etcd.leader.as_ref() == Some(&member.name)) {
        (true, _) => "learner",
        (false, true) => "leader",
        (false, false) if member.version.is_none() => "-",
        (false, false) => "follower",
    };
    let dash = || "-".to_owned();
    vec![
        member.name.clone(),
        role.to_owned(),
        member.version.clone().unwrap_or_else(dash),
        member.database_bytes.map_or_else(dash, bytes),
        member.fragmented_percent().map_or_else(dash, |percent| format!("{percent} %")),
        state("healthy", member.healthy, member.reason.as_deref()),
    ]
}

fn addon(addon: &AddonStatus) -> Vec<String> {
    let state = match addon.state {
        AddonState::Installed => "installed",
        AddonState::Missing => "not installed",
        AddonState::OtherVersion => "installed, in another version than the spec's",
        AddonState::Surplus => "installed, not in the spec",
    };
    vec![addon.name.clone(), addon.version.clone(), state.to_owned()]
}

fn state(good: &str, is_good: bool, reason: Option<&str>) -> String {
    match (is_good, reason) {
        (true, _) => good.to_owned(),
        (false, Some(reason)) => {
            format!("not {good}: {}", printable(reason.lines().next().unwrap_or_default()))
        }
        (false, None) => format!("not {good}"),
    }
}

fn vip(vip: &VipStatus) -> String {
    let holders = match vip.holders.as_slice() {
        [] => "nobody".to_owned(),
        holders => holders.join(", "),
    };
    let moment = |since: jiff::Timestamp| {
        format!(" since {}", since.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
    };
    let since = vip.since.map(moment).unwrap_or_default();
    format!("Virtual address {}: held by {holders}{since}\n", vip.address)
}

/// How many there are, and which one ends first.
fn certificates(certificates: &[Certificate]) -> String {
    let first = certificates.iter().filter(|one| one.days_left.is_some());
    let Some(first) = first.min_by_key(|one| one.days_left) else { return String::new() };
    let (all, days) = (certificates.len(), first.days_left.unwrap_or_default());
    format!(
        "Certificates: {all}, the first one {} ({}: {})\n",
        if days < 0 {
            "has expired".to_owned()
        } else {
            format!("expires in {}", count(usize::try_from(days).unwrap_or_default(), "day"))
        },
        first.host,
        first.path
    )
}

fn drifted(drift: &Drift) -> String {
    let Drift { found, changes, on, unknown } = drift;
    let found = match found {
        Some(true) => format!(
            "yes, {} on {}; `provisioner plan` shows it",
            count(*changes, "step"),
            on.join(", ")
        ),
        Some(false) => "no, the cluster is what the spec says".to_owned(),
        None => "cannot be known".to_owned(),
    };
    let unknown = unknown.iter().map(|why| format!("  {}\n", printable(why)));
    format!("Drift: {found}\n") + &unknown.collect::<String>()
}
