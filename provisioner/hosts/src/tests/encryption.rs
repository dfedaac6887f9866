//! Secrets at rest: which keys a run finds, makes, and leaves where.

use std::sync::Arc;

use provisioner_engine::{Mode, PlanError};
use provisioner_spec::Cluster;
use secrecy::SecretString;
use serde_json::Value;

use super::world::{World, kubeadms_pki};
use crate::Operation;
use crate::encryption::{EncryptionKeys, FILE};
use crate::planner::Purpose;

const ROTATE: Purpose = Purpose::Operate(Operation::RotateEncryptionKey);

/// The lab with secrets that are encrypted, and what its control planes have of keys.
fn lab(files: &[(&str, &Value)]) -> World {
    let mut world = World::lab();
    edit(&mut world, |cluster| cluster.security.encryption.enabled = true);
    world.all_join(&kubeadms_pki());
    for (host, file) in files {
        world.says(host, &format!("pki {FILE}"), file.as_str().unwrap().trim());
    }
    world
}

fn edit(world: &mut World, change: impl FnOnce(&mut Cluster)) {
    change(&mut Arc::get_mut(&mut world.site).unwrap().cluster);
}

fn keys(world: &World) -> EncryptionKeys {
    EncryptionKeys::of(&world.inventory(), &world.site.cluster).unwrap()
}

/// The names of the providers and keys in a file, in their order.
fn order(file: &Value) -> String {
    let document: Value = serde_json::from_str(file.as_str().unwrap()).unwrap();
    let providers = document["resources"][0]["providers"].as_array().unwrap();
    let names =
        providers.iter().flat_map(|provider| match provider["secretbox"]["keys"].as_array() {
            Some(keys) => keys.iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect(),
            None => vec![provider.as_object().unwrap().keys().next().unwrap().clone()],
        });
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_key_is_made_once_and_found_again() {
    let made = keys(&lab(&[])).context();
    assert_eq!(made["key"], "key1");
    assert_ne!(made, keys(&lab(&[])).context(), "by chance");
    for host in ["m1", "m3"] {
        assert_eq!(keys(&lab(&[(host, &made["used"])])).context(), made, "from {host}");
    }
    assert_eq!(keys(&lab(&[("m2", &made["known"])])).context(), made, "not yet in use");
}

#[test]
fn nobody_writes_with_what_others_cannot_read() {
    let mut rotated = keys(&lab(&[]));
    assert_eq!(order(&rotated.context()["known"]), "identity key1");
    assert_eq!(order(&rotated.context()["used"]), "key1 identity");
    rotated.rotate().unwrap();
    let files = rotated.context();
    assert_eq!(files["key"], "key2");
    assert_eq!(order(&files["added"]), "key1 key2 identity");
    assert_eq!(order(&files["used"]), "key2 key1 identity");
    assert_eq!(order(&files["alone"]), "key2 identity");
}

#[test]
fn a_rotation_that_was_cut_off_goes_on_with_its_key() {
    let mut rotated = keys(&lab(&[]));
    let before = rotated.context();
    rotated.rotate().unwrap();
    let after = rotated.context();
    for (one, other) in [
        (&after["added"], &before["used"]),
        (&after["used"], &after["added"]),
        (&after["alone"], &after["used"]),
    ] {
        let mut found = keys(&lab(&[("m1", one), ("m2", other), ("m3", other)]));
        found.rotate().unwrap();
        assert_eq!(found.context(), after);
    }
    let mut over = keys(&lab(&[("m1", &after["alone"]), ("m2", &after["alone"])]));
    over.rotate().unwrap();
    assert_eq!(over.context()["key"], "key3");
}

#[test]
fn different_keys_of_one_name_are_refused() {
    let (one, other) = (keys(&lab(&[])).context(), keys(&lab(&[])).context());
    let world = lab(&[("m1", &one["used"]), ("m2", &other["used"])]);
    let error = EncryptionKeys::of(&world.inventory(), &world.site.cluster).unwrap_err();
    assert!(error.to_string().contains("m1 and m2 have different ones"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn what_is_no_file_of_ours_has_no_keys() {
    for text in ["", "{", "kind: EncryptionConfiguration", "{\"resources\": 3}"] {
        let mut inventory = World::lab().inventory();
        let facts = inventory.facts.get_mut("m1").unwrap();
        facts.pki.insert(FILE.to_owned(), SecretString::from(text));
        let keys = EncryptionKeys::of(&inventory, &World::lab().site.cluster).unwrap();
        assert_eq!(keys.context()["key"], "key1", "{text}");
    }
}

fn errors(world: &World, purpose: Purpose) -> String {
    let planned = world.plan(Mode::Apply, purpose);
    let errors = planned.stages.into_iter().filter_map(|(_, stage)| match stage {
        Err(PlanError::Invalid { message, .. }) => Some(message),
        _ => None,
    });
    errors.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_rotation_is_for_clusters_that_have_a_key() {
    let file = keys(&lab(&[])).context();
    let world = lab(&[("m1", &file["used"])]);
    assert_eq!(errors(&world, ROTATE), "");
    insta::assert_snapshot!(world.plan(Mode::Apply, ROTATE));
    assert!(errors(&lab(&[]), ROTATE).contains("secrets are not encrypted in this cluster"));
}

#[test]
fn what_is_encrypted_stays_so() {
    let file = keys(&lab(&[])).context();
    let mut world = lab(&[("m2", &file["used"])]);
    edit(&mut world, |cluster| cluster.security.encryption.enabled = false);
    let said = errors(&world, Purpose::Up { ignore_findings: false });
    let says = "security.encryption.enabled is true in the cluster, and false in the spec";
    assert!(said.contains(says), "{said}");
}
