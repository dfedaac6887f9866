use std::collections::BTreeSet;

use provisioner_tests::Change;

use crate::story::{Story, everyday};

pub(crate) fn is_planned_and_mended_exactly(story: &Story) {
    story.lab.shell("w1", "echo 'timeout: 99' >>/etc/crictl.yaml");
    story.lab.shell("m3", "systemctl stop keepalived");
    story.lab.shell("e1", "echo 0 >/proc/sys/net/ipv4/ip_forward");
    let three = BTreeSet::from([
        Change::new("w1", "containerd", "crictl knows where containerd listens"),
        Change::new("m3", "load-balancer", "keepalived runs"),
        Change::new("e1", "base", "packets are forwarded"),
    ]);

    let plan = story.program.plan().expect(6);
    assert_eq!(plan.changed(), three, "{}", plan.account());
    let diffs: Vec<&str> = plan
        .events
        .iter()
        .filter(|event| event["kind"] == "step" && event["state"] == "changed")
        .map(|event| event["diff"].as_str().unwrap_or_default())
        .collect();
    for part in ["-timeout: 99", "ActiveState=inactive", "net.ipv4.ip_forward: 0 -> 1"] {
        assert!(diffs.iter().any(|diff| diff.contains(part)), "{part:?} in {diffs:#?}");
    }

    assert_eq!(everyday::drift(story), ["e1", "m3", "w1"]);
    let up = story.program.up().expect(0);
    assert_eq!(up.changed(), three, "{}", up.account());
    story.program.plan().expect(0);
    assert!(everyday::drift(story).is_empty());
}
