//! The API's address is changed in the spec of a cluster that stands.

use std::collections::BTreeSet;

use provisioner_engine::Mode;
use provisioner_playbook::Action;

use super::operations::{edit, refusal, standing};
use super::world::{Planned, World};
use crate::moving::Moving;
use crate::planner::Purpose;
use crate::{HostAction, Operation};

const UP: Purpose = Purpose::Up { ignore_findings: false };

/// The lab's cluster, and a spec with another VIP and another port.
fn moved() -> World {
    let mut world = standing();
    for host in ["m1", "m2", "m3"] {
        let lines = "vip 172.30.0.100\nadmin-server https://172.30.0.100:8443";
        world.says(host, "kubernetes", lines);
    }
    edit(&mut world, |cluster| {
        let endpoint = &mut cluster.hosts.api_endpoint;
        endpoint.vip = Some("172.30.0.99".parse().unwrap());
        endpoint.address = "172.30.0.99".to_owned();
        endpoint.port = 9443;
    });
    world
}

fn moving(world: &World) -> Option<Moving> {
    Moving::of(&world.site.cluster, &world.inventory())
}

/// What a file becomes in a stage, line by line.
fn lines(planned: &Planned, stage: &str, file: &str) -> Vec<String> {
    let (_, stage) = planned.stages.iter().find(|(name, _)| name == stage).unwrap();
    let task = stage.as_ref().unwrap().tasks.iter().find(|task| task.target == "m1").unwrap();
    let content = task.steps.iter().find_map(|step| match &step.action {
        HostAction::Playbook(step) => match &step.action {
            Action::File { dest, content, .. } if dest == file => Some(content.expose().to_owned()),
            _ => None,
        },
        HostAction::Ask(_) => None,
    });
    content.unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn both_addresses_are_answered_until_all_have_changed_over() {
    let planned = moved().plan(Mode::Check, UP);
    insta::assert_snapshot!(planned);
    let has = |stage: &str, file: &str, line: &str| {
        lines(&planned, stage, file).iter().any(|one| one == line)
    };
    let files = ["/etc/keepalived/keepalived.conf", "/etc/haproxy/haproxy.cfg"];
    for (file, new, former) in
        [(files[0], "172.30.0.99/24", "172.30.0.100/24"), (files[1], "bind *:9443", "bind *:8443")]
    {
        assert!(has("prepare", file, new) && has("prepare", file, former), "{file}");
        assert!(has("settle", file, new) && !has("settle", file, former), "{file}");
    }
    let kubeadm = "/etc/provisioner/kubeadm.yaml";
    for (stage, endpoint, names) in [
        ("control-planes", "172.30.0.100:8443", r#"["172.30.0.99","172.30.0.100"]"#),
        ("settle", "172.30.0.99:9443", r#"["172.30.0.99"]"#),
    ] {
        let wanted = format!("controlPlaneEndpoint: \"{endpoint}\"");
        assert!(has(stage, kubeadm, &wanted), "{stage}");
        assert!(has(stage, kubeadm, &format!("certSANs: {names}")), "{stage}");
    }
}

#[test]
fn nothing_moves_where_every_kubeconfig_leads_there() {
    assert_eq!(moving(&standing()), None);
    assert_eq!(moving(&World::lab()), None, "there is no cluster yet");
    let mut world = standing();
    for host in ["m1", "m2", "m3"] {
        let own = world.site.cluster.host(host).unwrap().address;
        let text = world.answers.get_mut(host).unwrap();
        // From 1.33 on.
        *text = text.replace("https://172.30.0.100:8443", &format!("https://{own}:6443"));
    }
    assert_eq!(moving(&world), None);
}

#[test]
fn a_kubelet_that_has_not_been_restarted_still_talks_to_the_former_one() {
    let mut world = standing();
    let text = world.answers.get_mut("w1").unwrap();
    let now = "kubelet-server https://172.30.0.100:8443";
    *text = text.replace(now, &format!("{now}\nkubelet-server https://172.30.0.99:9443"));
    assert_eq!(moving(&world).unwrap().former, ["172.30.0.99:9443"]);
}

#[test]
fn what_led_elsewhere_is_told() {
    let found = moving(&moved()).unwrap();
    assert_eq!(found.former, ["172.30.0.100:8443"]);
    assert_eq!(found.vips, BTreeSet::from(["172.30.0.100".parse().unwrap()]));
    assert_eq!(found.ports, BTreeSet::from([8443]));

    // The only control plane, so far without a VIP: what listens there goes on listening.
    let mut world = standing();
    for text in world.answers.values_mut() {
        *text = text.replace("https://172.30.0.100:8443", "https://172.30.0.11:6443");
    }
    let found = moving(&world).unwrap();
    assert_eq!(found.former, ["172.30.0.11:6443"]);
    assert!(found.vips.is_empty() && found.ports.is_empty(), "{found:?}");

    // Somebody else's load balancer.
    for text in world.answers.values_mut() {
        *text = text.replace("https://172.30.0.11:6443", "https://api.example.com");
    }
    let found = moving(&world).unwrap();
    assert_eq!(found.former, ["api.example.com:443"]);
    assert_eq!(found.names().collect::<Vec<_>>(), ["api.example.com"]);
}

#[test]
fn one_change_at_a_time() {
    let said = refusal(&moved().plan(Mode::Apply, Purpose::Operate(Operation::Upgrade)));
    assert!(
        said.contains(
            "kubeconfigs there lead to 172.30.0.100:8443, and the spec says 172.30.0.99:9443"
        ),
        "{said}"
    );
    assert!(said.contains("run `provisioner up`"), "{said}");
}

#[test]
fn a_vip_is_not_given_up_for_an_endpoint_elsewhere() {
    let mut world = moved();
    edit(&mut world, |cluster| cluster.hosts.api_endpoint.vip = None);
    let said = refusal(&world.plan(Mode::Apply, UP));
    assert!(
        said.contains("hosts.apiEndpoint.vip is 172.30.0.100 in the cluster, and none in the spec"),
        "{said}"
    );
}
