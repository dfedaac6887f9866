use provisioner_hosts::preflight::{Finding, Severity};
use provisioner_hosts::{
    AddonState, AddonStatus, ApiStatus, Certificate, CertificateKind, CertificateState, EtcdStatus,
    LoadBalancerStatus, MemberStatus, NodeStatus, PreflightReport, StatusReport, VipStatus,
};

use super::{UP, events};
use crate::drift::Drift;
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
    let member = |name: &str, healthy: bool| MemberStatus {
        name: name.to_owned(),
        healthy,
        learner: false,
        version: healthy.then(|| "3.6.6".to_owned()),
        database_bytes: healthy.then_some(80_000_000),
        used_bytes: healthy.then_some(20_000_000),
        quota_bytes: 2_147_483_648,
        reason: (!healthy).then(|| "no answer".to_owned()),
    };
    let certificate = |path: &str, days| Certificate {
        host: "m1".to_owned(),
        kind: CertificateKind::Certificate,
        path: path.to_owned(),
        state: CertificateState::Valid,
        days_left: Some(days),
        info: None,
    };
    let addon = |name: &str, state| AddonStatus {
        name: name.to_owned(),
        version: "1.2.3".to_owned(),
        state,
    };
    let report = StatusReport {
        cluster: "prod".to_owned(),
        version: "1.36.2".to_owned(),
        healthy: false,
        load_balancers: vec![LoadBalancerStatus {
            name: "lb1".to_owned(),
            address: "10.0.0.5".to_owned(),
            ready: false,
            reason: Some("haproxy is failed".to_owned()),
        }],
        nodes: vec![node("w1", true, None), node("worker-2", false, Some("it has not joined"))],
        api: vec![api("m1", true), api("endpoint", false)],
        vip: Some(VipStatus {
            address: "10.0.0.100".to_owned(),
            holders: vec!["m1".to_owned()],
            since: "2026-11-20T06:15:30Z".parse().ok(),
        }),
        etcd: EtcdStatus {
            leader: Some("m1".to_owned()),
            external: Vec::new(),
            members: vec![member("m1", true), member("m2", false)],
        },
        certificates: vec![certificate("/pki/ca.crt", 3650), certificate("/pki/apiserver.crt", 1)],
        addons: Some(vec![
            addon("calico", AddonState::Installed),
            addon("istio", AddonState::Missing),
        ]),
        problems: vec!["etcd m2: no answer".to_owned()],
        warnings: vec!["m1: /pki/apiserver.crt expires in 1 day".to_owned()],
    };
    let drift = Drift {
        found: Some(true),
        changes: 2,
        on: vec!["m1".to_owned()],
        unknown: vec!["w1: no answer for 60 s".to_owned()],
    };
    insta::assert_snapshot!(render::status(&report, Some(&drift), Palette::PLAIN));
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
