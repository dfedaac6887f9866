//! Manifests that somebody else publishes.

use provisioner_engine::Outcome;
use provisioner_tests_api_server::FileServer;

use crate::fixtures::{KIND, PUBLISHED};
use crate::world::World;

const KINDS: &str = "CustomResourceDefinition things.example.com";

/// A world with an addon that takes its manifests from here.
fn world(repository: &str) -> World {
    let mut world = World::with(PUBLISHED);
    for (_, text) in &mut world.files {
        *text = text.replace("REPOSITORY", repository);
    }
    world
}

fn publish(files: &FileServer, text: &str) {
    std::fs::create_dir_all(files.folder().join("v1.2.0")).unwrap();
    std::fs::write(files.folder().join("v1.2.0/install.yaml"), text).unwrap();
}

#[test]
fn real_what_is_published_goes_up_stays_the_same_and_goes() {
    let files = FileServer::start();
    publish(&files, KIND);
    let world = world(&files.url());
    world.plan("{published: {}}").expect(Outcome::ChangesPending);
    let up = world.up("{published: {}}").expect(Outcome::Done);
    assert!(up.changed().contains(&KINDS), "{:?}", up.changed());
    let lock = std::fs::read_to_string(world.lock_file()).unwrap();
    assert!(lock.contains("name: things") && lock.contains(&files.url()), "{lock}");
    let again = world.up("{published: {}}").expect(Outcome::Done);
    assert!(again.changed().is_empty(), "{:?}", again.changed());
    assert_eq!(files.answered(), 1, "it is kept");

    publish(&files, &KIND.replace("v1,", "v2,"));
    std::fs::remove_dir_all(world.folder().join("charts")).unwrap();
    let other = world.up("{published: {}}").expect(Outcome::Failed);
    assert!(other.error().contains("things 1.2.0: its digest is sha256:"), "{}", other.error());

    publish(&files, KIND);
    world.down("{published: {}}").expect(Outcome::Done);
    let gone = world.server.try_kubectl(&["get", "customresourcedefinition", "things.example.com"]);
    assert!(!gone.status.success());
}

#[test]
fn real_a_mirror_of_what_is_published_helps() {
    let away = "http://127.0.0.1:9/releases";
    let mut world = world(away);
    let up = world.up("{published: {}}").expect(Outcome::Failed);
    let said = "get the manifests things 1.2.0: http://127.0.0.1:9/releases/v1.2.0/install.yaml: ";
    assert!(up.error().starts_with(said), "{}", up.error());
    let files = FileServer::start();
    publish(&files, KIND);
    world.mirrors.insert(away.to_owned(), vec![files.url()]);
    world.up("{published: {}}").expect(Outcome::Done);
}
