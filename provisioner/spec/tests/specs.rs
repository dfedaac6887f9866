//! The specs to start from, and what resolving them fills in.

use provisioner_spec::{Cluster, STARTER, parse};
use std::{fs, io};

fn sound(text: &str, name: &str) -> Cluster {
    parse(text, name).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

#[test]
fn shipped_specs_are_sound_and_survive_a_round_trip() -> io::Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cluster-specs");
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/good");
    let mut count = 0;
    for entry in fs::read_dir(folder)?.chain(fs::read_dir(good)?) {
        let path = entry?.path();
        let name = path.display().to_string();
        let cluster = sound(&fs::read_to_string(&path)?, &name);
        let yaml = cluster.to_yaml();
        assert_eq!(sound(&yaml, &name), cluster, "{yaml}");
        assert_eq!(sound(&yaml, &name).to_yaml(), yaml);
        count += 1;
    }
    assert!(count >= 5, "only {count} specs");
    Ok(())
}

#[test]
fn the_starter_names_every_role() {
    let cluster = sound(STARTER, "starter");
    assert_eq!(cluster.control_planes().len(), 3);
    assert_eq!(cluster.load_balancers().len(), 3);
    assert_eq!(cluster.first_control_plane(), cluster.host("m1"));
    assert_eq!(cluster.all_hosts().count(), 5);
}

#[test]
fn a_minimal_spec_is_resolved() {
    let minimal = include_str!("good/minimal.yaml");
    insta::assert_snapshot!(sound(minimal, "minimal.yaml").to_yaml());
}
