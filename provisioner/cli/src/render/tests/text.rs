use provisioner_hosts::preflight::{Finding, Severity};
use provisioner_hosts::{ApiStatus, NodeStatus, PreflightReport, StatusReport, VipStatus};

use super::{UP, events};
use crate::render::{self, Palette, bytes, seconds};

#[test]
fn durations_and_amounts() {
    let durations = [0.0, 0.04, 9.94, 9.96, 12.3, 59.6, 81.4, 3599.0, 3661.0];
    insta::assert_snapshot!(durations.map(seconds).join(", "), @"0 ms, 40 ms, 10 s, 10 s, 12 s, 1 min 0 s, 1 min 21 s, 59 min 59 s, 1 h 1 min");
    insta::assert_snapshot!([0, 999, 1_500, 2_340_000, 7_000_000_000].map(bytes).join(", "), @"0 B, 999 B, 1.5 kB, 2.3 MB, 7.0 GB");
}

#[test]
fn a_cluster_that_is_not_healthy() {
    let node = |name: &str, ready, reason: Option<&str>| NodeStatus {
        name: name.to_owned(),
        role: "worker".to_owned(),
        address: "10.0.0.21".to_owned(),
        ready,
        version: if ready { "v1.36.2".to_owned() } else { String::new() },
        reason: reason.map(str::to_owned),
    };
    let api = |through: &str, ready| ApiStatus {
        through: through.to_owned(),
        address: "10.0.0.11:6443".to_owned(),
        ready,
        reason: (!ready).then(|| "connection refused\nor so".to_owned()),
    };
    let report = StatusReport {
        cluster: "prod".to_owned(),
        version: "1.36.2".to_owned(),
        healthy: false,
        nodes: vec![node("w1", true, None), node("worker-2", false, Some("it has not joined"))],
        api: vec![api("m1", true), api("endpoint", false)],
        vip: Some(VipStatus { address: "10.0.0.100".to_owned(), holders: Vec::new() }),
        problems: vec!["nobody holds the virtual address".to_owned()],
    };
    insta::assert_snapshot!(render::status(&report, Palette::PLAIN));
}

#[test]
fn what_preflight_found() {
    let finding = |severity, hosts: &[&str], message: &str| Finding {
        check: "memory",
        severity,
        hosts: hosts.iter().map(ToString::to_string).collect(),
        message: message.to_owned(),
        remedy: "add memory",
    };
    let Some(provisioner_engine::EventKind::Summary(summary)) =
        events(UP).pop().map(|event| event.kind)
    else {
        panic!("a run ends with its summary")
    };
    let mut report = PreflightReport {
        checks: 35,
        hosts: 5,
        findings: vec![
            finding(Severity::Warning, &["m1"], "1 GiB of memory"),
            finding(Severity::Error, &["w1", "w2"], "0.5 GiB of memory\nof which none is free"),
            finding(Severity::Error, &[], "the bundle lacks an image"),
        ],
        failures: summary.failures.into_iter().skip(1).collect(),
    };
    insta::assert_snapshot!(
        render::findings(&report, Palette::PLAIN)
            + &render::preflight_verdict(&report, Palette::PLAIN)
    );
    report.findings.truncate(1);
    report.failures.clear();
    insta::assert_snapshot!(render::preflight_verdict(&report, Palette::PLAIN), @"preflight passed: 35 checks on 5 hosts, 0 errors, 1 warning");
}
