use std::fmt::Write as _;

use provisioner_hosts::{ApiStatus, NodeStatus, StatusReport};

use super::{Palette, table};

/// A cluster as it is: nodes, the API, the virtual address, and what is wrong.
pub(crate) fn status(report: &StatusReport, palette: Palette) -> String {
    let Palette { heading, good, bad, .. } = palette;
    let (style, verdict) = if report.healthy { (good, "healthy") } else { (bad, "not healthy") };
    let mut text = format!(
        "{heading}Cluster {}{heading:#}: Kubernetes {}, {style}{verdict}{style:#}\n\n",
        report.cluster, report.version
    );
    text += &table(&["NODE", "ROLE", "ADDRESS", "VERSION", "STATE"], report.nodes.iter().map(node));
    text.push('\n');
    text += &table(&["API THROUGH", "ADDRESS", "STATE"], report.api.iter().map(api));
    if let Some(vip) = &report.vip {
        let holders = match vip.holders.as_slice() {
            [] => "nobody".to_owned(),
            holders => holders.join(", "),
        };
        let _ = writeln!(text, "\nVirtual address {}: held by {holders}", vip.address);
    }
    if !report.problems.is_empty() {
        let _ = writeln!(text, "\n{heading}Problems{heading:#}");
        text.extend(report.problems.iter().map(|problem| format!("  {bad}!{bad:#} {problem}\n")));
    }
    text
}

fn node(node: &NodeStatus) -> Vec<String> {
    let version = if node.version.is_empty() { "-" } else { &node.version };
    let NodeStatus { name, role, address, .. } = node;
    let state = state(node.ready, node.reason.as_deref());
    vec![name.clone(), role.clone(), address.clone(), version.to_owned(), state]
}

fn api(api: &ApiStatus) -> Vec<String> {
    vec![api.through.clone(), api.address.clone(), state(api.ready, api.reason.as_deref())]
}

fn state(ready: bool, reason: Option<&str>) -> String {
    match (ready, reason) {
        (true, _) => "ready".to_owned(),
        (false, Some(reason)) => format!("not ready: {}", reason.lines().next().unwrap_or("")),
        (false, None) => "not ready".to_owned(),
    }
}
