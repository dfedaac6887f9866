//! helm on a machine that has none.

use std::process::Command;

use provisioner_engine::Outcome;
use provisioner_tests_api_server::{FileServer, helm};

use crate::fixtures::{CHARTED, GREETING};
use crate::world::World;

#[test]
fn real_helm_is_fetched_for_a_chart_and_kept() {
    let files = FileServer::start();
    let sha256 = pack(&files);
    let mut world = World::with(CHARTED);
    world.pinned_helm = Some(format!(
        "{{repository: '{}', version: 3.0.1, archives: {{linux-amd64: {sha256}}}}}",
        files.url()
    ));
    let up = world.up("{charted: {}}").expect(Outcome::Done);
    let fetched =
        format!("helm 3.0.1 was fetched from {}/helm-v3.0.1-linux-amd64.tar.gz", files.url());
    assert_eq!(up.text().matches(&fetched).count(), 1, "{}", up.text());
    let plan = world.plan("{charted: {}}").expect(Outcome::Done);
    assert_eq!(plan.text().matches("helm 3.0.1 is the one fetched before").count(), 1);
    assert_eq!(files.answered(), 1);
}

#[test]
fn real_without_a_chart_there_is_no_need_of_it() {
    let files = FileServer::start();
    let mut world = World::with(GREETING);
    let repository = files.url();
    world.pinned_helm =
        Some(format!("{{repository: '{repository}', version: 3.0.1, archives: {{}}}}"));
    world.up("{greeting: {}}").expect(Outcome::Done);
    assert_eq!(files.answered(), 0);
}

/// The real helm as its publisher packs it; the archive's digest.
fn pack(files: &FileServer) -> String {
    let folder = files.folder().join("linux-amd64");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(helm(), folder.join("helm")).unwrap();
    let archive = files.folder().join("helm-v3.0.1-linux-amd64.tar.gz");
    let mut command = Command::new("tar");
    command.args(["-czf", archive.as_str(), "-C", files.folder().as_str(), "linux-amd64"]);
    assert!(command.status().unwrap().success());
    let output = Command::new("sha256sum").arg(&archive).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
