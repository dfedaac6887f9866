use std::fmt::Write as _;

use provisioner_aws::{AddonStatus, FargateProfileStatus, NodeGroupStatus};
use provisioner_kube::InstalledAddon;

use super::{Palette, table};
use crate::eks::Report;

/// A cluster on EKS as it is: control plane, node groups, addons, and what is wrong.
pub(crate) fn eks_status(report: &Report, palette: Palette) -> String {
    let Report { aws: report, installed } = report;
    let Palette { heading, good, bad, .. } = palette;
    let (style, verdict) = if report.healthy { (good, "healthy") } else { (bad, "not healthy") };
    let version = report.version.as_deref().unwrap_or("-");
    let mut text = format!(
        "{heading}Cluster {}{heading:#} in {}: Kubernetes {version}, {style}{verdict}{style:#}\n",
        report.cluster, report.region
    );
    if let Some(endpoint) = &report.endpoint {
        let _ = writeln!(text, "{endpoint}");
    }
    if !report.node_groups.is_empty() {
        text.push('\n');
        let header = ["NODE GROUP", "INSTANCES", "NODES", "VERSION", "RELEASE", "STATE"];
        text += &table(&header, report.node_groups.iter().map(group));
    }
    if !report.fargate_profiles.is_empty() {
        text.push('\n');
        let header = ["FARGATE PROFILE", "PODS OF", "STATE"];
        text += &table(&header, report.fargate_profiles.iter().map(profile));
    }
    if !report.addons.is_empty() {
        text.push('\n');
        text += &table(&["ADDON OF EKS", "VERSION", "STATE"], report.addons.iter().map(addon));
    }
    if !installed.is_empty() {
        text.push('\n');
        text += &table(&["ADDON", "VERSION"], installed.iter().map(own));
    }
    if !report.problems.is_empty() {
        let _ = writeln!(text, "\n{heading}Problems{heading:#}");
        text.extend(report.problems.iter().map(|problem| format!("  {bad}!{bad:#} {problem}\n")));
    }
    text
}

fn group(group: &NodeGroupStatus) -> Vec<String> {
    vec![
        group.name.clone(),
        group.instance_types.join(", "),
        format!("{} ({} to {})", group.desired, group.min, group.max),
        group.version.clone().unwrap_or_else(|| "-".to_owned()),
        release(group),
        group.state.clone(),
    ]
}

/// What `upgrade` would bring stands behind it.
fn release(group: &NodeGroupStatus) -> String {
    let is = group.release.as_deref().unwrap_or("-");
    match &group.newer_release {
        Some(newer) => format!("{is} (newer: {newer})"),
        None => is.to_owned(),
    }
}

fn profile(profile: &FargateProfileStatus) -> Vec<String> {
    vec![profile.name.clone(), profile.selectors.join(", "), profile.state.clone()]
}

fn own(addon: &InstalledAddon) -> Vec<String> {
    vec![addon.name.clone(), addon.version.clone()]
}

fn addon(addon: &AddonStatus) -> Vec<String> {
    vec![addon.name.clone(), addon.version.clone(), addon.state.clone()]
}
