//! What mirrors and bundles have to have.

use crate::fixtures::{CHARTED, RUNNING};
use crate::world::World;

#[test]
fn real_every_image_and_chart_is_named() {
    let mut files = [CHARTED, RUNNING].concat();
    let about = "images: ['registry.example/{{settings.text}}:2']\nparts:";
    let with_image = CHARTED[0].1.replace("parts:", about);
    files[0].1 = &with_image;
    let world = World::with(&files);
    let found = world
        .images("{running: {image: 'registry.example/web:3'}, charted: {job: true, hook: true}}");
    let images = |name: &str| {
        let addon = found.iter().find(|one| one.addon == name).unwrap();
        addon.images.iter().map(String::as_str).collect::<Vec<_>>()
    };
    assert_eq!(images("running"), ["registry.example/web:3"]);
    let of_chart =
        ["registry.example/hello:2", "registry.invalid/prepare:1", "registry.invalid/settle:1"];
    assert_eq!(images("charted"), of_chart, "of its chart, hooks too, and what no manifest names");
    let charts: Vec<_> = found.iter().flat_map(|one| &one.charts).collect();
    assert_eq!(charts.len(), 1);
    assert_eq!((charts[0].name.as_str(), charts[0].version.as_str()), ("hello", "0.1.0"));
}
