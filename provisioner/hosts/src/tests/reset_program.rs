//! The program that takes Kubernetes out of the network of a host, with an `ip` that says what there is.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use provisioner_engine::Mode;
use provisioner_playbook::Action;
use tempfile::TempDir;

use super::world::{World, kubeadms_pki};
use crate::HostAction;
use crate::planner::Purpose;

/// One route by each of: ourselves, Felix, BIRD, and an administrator.
const IP: &str = r#"#!/bin/sh
case "$*" in
"-4 route show proto 112") echo '10.244.1.0/24 via 172.30.0.12 dev eth0' ;;
"-4 route show proto 80") echo '10.244.2.5 dev cali1 scope link' ;;
"-4 route show proto 12") echo 'blackhole 10.244.2.0/26' ;;
"-4 route show proto 4") echo '10.9.0.0/16 via 172.30.0.1 dev eth0' ;;
esac
"#;

#[test]
fn routes_of_kubernetes_are_known_by_who_made_them() {
    let mut world = World::lab();
    world.all_join(&kubeadms_pki());
    let planned = world.plan(Mode::Apply, Purpose::Down);
    let stages = planned.stages.iter().filter_map(|(_, stage)| stage.as_ref().ok());
    let mut steps = stages.flat_map(|stage| &stage.tasks).flat_map(|task| &task.steps);
    let name = "no link, route or rule of Kubernetes is left";
    let step = steps.find(|step| step.name == name).unwrap();
    let HostAction::Playbook(step) = &step.action else { panic!("a question") };
    let Action::Command { unless, .. } = &step.action else { panic!("no command") };

    let folder = TempDir::new().unwrap();
    let ip = folder.path().join("ip");
    fs_err::write(&ip, IP).unwrap();
    fs_err::set_permissions(&ip, PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let output = Command::new("sh").args(["-euc", unless]).env("PATH", path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let routes: Vec<_> = said.lines().filter(|line| line.starts_with("route ")).collect();
    assert_eq!(
        routes,
        [
            "route -4 112 10.244.1.0/24 via 172.30.0.12 dev eth0",
            "route -4 80 10.244.2.5 dev cali1 scope link",
            "route -4 12 blackhole 10.244.2.0/26",
        ],
        "{output:?}"
    );
}
