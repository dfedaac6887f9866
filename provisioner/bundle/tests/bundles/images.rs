use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use provisioner_bundle::Image;
use serde_json::{Value, json};

use crate::support::{Site, digest, docker_archive, oci_archive, tar};

const NAME: &str = "io.containerd.image.name";
const REF_NAME: &str = "org.opencontainers.image.ref.name";

#[test]
fn an_image_is_found_by_each_of_its_names() {
    let site = Site::new();
    let tags = ["busybox:1.36", "registry.k8s.io/pause:3.10"];
    site.file("images/pause.tar", &docker_archive("pause", &tags));
    let bundle = site.bundle();
    for name in ["busybox:1.36", "docker.io/library/busybox:1.36", "registry.k8s.io/pause:3.10"] {
        assert_eq!(bundle.image_for(name), bundle.images().first(), "{name}");
    }
    for name in ["busybox", "pause:3.10", "registry.k8s.io/pause:3.9"] {
        assert_eq!(bundle.image_for(name), None, "{name}");
    }
}

#[test]
fn the_id_is_the_digest_of_the_configuration() {
    let site = Site::new();
    let images = site.create().unwrap().images;
    // printf '{"architecture":"amd64","name":"pause"}' | sha256sum
    assert_eq!(
        images[0].id,
        "sha256:ef83e4cbae6532a85904c3f34a321053a4ccea7c0b8541c3f397970245af09c8"
    );
    assert_eq!(images[0].digest, None);
}

#[test]
fn several_images_in_one_archive() {
    let image = |name: &str| json!({"Config": name, "RepoTags": [format!("r.example/{name}:1")], "Layers": ["shared"]});
    let archive = tar(&[
        ("one", b"{}"),
        ("two", b"{\"a\":1}"),
        ("shared", &[0; 600]),
        ("./manifest.json", json!([image("one"), image("two")]).to_string().as_bytes()),
    ]);
    let images = images_of("all.tar", &archive).unwrap();
    let names: Vec<&str> = images.iter().map(|image| image.references[0].as_str()).collect();
    assert_eq!(names, ["r.example/one:1", "r.example/two:1"]);
}

#[test]
fn gzipped_archives() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&docker_archive("pause", &["r.example/pause:1"])).unwrap();
    let gzipped = encoder.finish().unwrap();
    for name in ["pause.tar.gz", "pause.tgz", "pause.tar"] {
        let images = images_of(name, &gzipped).unwrap();
        assert_eq!(images[0].references, ["r.example/pause:1"], "{name}");
    }
    let error = images_of("pause.tgz", &gzipped[..gzipped.len() - 30]).unwrap_err();
    assert!(error.contains("/images/pause.tgz"), "{error}");
}

#[test]
fn oci_archives() {
    let index = json!({"manifests": [
        {"digest": digest('a'), "annotations": {NAME: "r.example/one:1", REF_NAME: "1"}},
        {"digest": digest('a'), "annotations": {REF_NAME: "r.example/alias:1"}},
        {"digest": digest('d'), "annotations": {REF_NAME: "two:2"}},
    ]});
    let archive = oci_archive(
        &index,
        &[
            (&digest('a'), manifest('b', 'c')),
            (&digest('b'), json!({})),
            (&digest('c'), json!("layer")),
            (&digest('d'), manifest('e', 'c')),
            (&digest('e'), json!({})),
        ],
    );
    let image = |names: &[&str], manifest, configuration| Image {
        references: names.iter().map(|&name| name.to_owned()).collect(),
        file: "images/oci.tar".into(),
        id: digest(configuration),
        digest: Some(digest(manifest)),
    };
    assert_eq!(
        images_of("oci.tar", &archive).unwrap(),
        [
            image(&["r.example/one:1", "r.example/alias:1"], 'a', 'b'),
            image(&["docker.io/library/two:2"], 'd', 'e'),
        ]
    );
}

#[test]
fn of_an_oci_index_the_image_for_the_architecture_counts() {
    let platform = |manifest, architecture: &str| json!({"digest": digest(manifest), "platform": {"architecture": architecture, "os": "linux"}});
    let index = json!({"manifests": [
        {"digest": digest('a'), "annotations": {NAME: "r.example/many:1"}},
    ]});
    let blobs = |architecture| {
        [
            (
                digest('a'),
                json!({"manifests": [platform('b', "s390x"), platform('c', architecture)]}),
            ),
            (digest('c'), manifest('d', 'e')),
            (digest('d'), json!({})),
            (digest('e'), json!("layer")),
        ]
    };
    let archive = |architecture| {
        let blobs = blobs(architecture);
        let blobs: Vec<(&str, Value)> =
            blobs.iter().map(|(digest, blob)| (digest.as_str(), blob.clone())).collect();
        oci_archive(&index, &blobs)
    };
    let images = images_of("many.tar", &archive("amd64")).unwrap();
    assert_eq!((&images[0].id, images[0].digest.as_ref()), (&digest('d'), Some(&digest('a'))));
    let error = images_of("many.tar", &archive("riscv64")).unwrap_err();
    assert!(error.contains("is not there for amd64"), "{error}");
}

#[test]
fn an_archive_cut_off_anywhere_is_refused() {
    let whole = docker_archive("pause", &["r.example/pause:1"]);
    let end_mark = 1024;
    let contents = whole.len() - end_mark;
    images_of("whole.tar", &whole).unwrap();
    for length in (0..contents).step_by(128) {
        let error = images_of("cut.tar", &whole[..length]).unwrap_err();
        assert!(error.contains("/images/cut.tar"), "{length}: {error}");
    }
}

#[test]
fn archives_that_are_no_good_are_refused() {
    let docker = |manifest: &str| tar(&[("manifest.json", manifest.as_bytes()), ("c", b"{}")]);
    let oci = |index: Value| oci_archive(&index, &[(&digest('a'), manifest('b', 'c'))]);
    let archives = [
        ("no tar", b"this is no tar archive at all".repeat(40)),
        ("a tar of something else", tar(&[("README", b"text")])),
        ("no image", docker("[]")),
        ("not JSON", docker("[{")),
        ("another shape", docker("{}")),
        ("no name", docker(r#"[{"Config": "c", "RepoTags": null, "Layers": []}]"#)),
        ("a layer is missing", docker(r#"[{"Config": "c", "RepoTags": ["a"], "Layers": ["l"]}]"#)),
        ("the configuration is missing", docker(r#"[{"Config": "d", "Layers": []}]"#)),
        ("an OCI blob is missing", oci(json!({"manifests": [{"digest": digest('a')}]}))),
        ("an OCI manifest is missing", oci(json!({"manifests": [{"digest": digest('f')}]}))),
    ];
    let errors: Vec<String> = archives
        .iter()
        .map(|(name, archive)| format!("{name}: {}", images_of("bad.tar", archive).unwrap_err()))
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn an_oci_image_with_a_tag_for_a_name_is_refused() {
    let index =
        json!({"manifests": [{"digest": digest('a'), "annotations": {REF_NAME: "latest"}}]});
    let archive = oci_archive(
        &index,
        &[
            (&digest('a'), manifest('b', 'c')),
            (&digest('b'), json!({})),
            (&digest('c'), json!("layer")),
        ],
    );
    let error = images_of("tag.tar", &archive).unwrap_err();
    assert!(error.contains("has no name"), "{error}");
}

fn manifest(configuration: char, layer: char) -> Value {
    json!({
        "config": {"digest": digest(configuration)},
        "layers": [{"digest": digest(layer)}],
    })
}

fn images_of(name: &str, archive: &[u8]) -> Result<Vec<Image>, String> {
    let site = Site::new();
    site.file(&format!("images/{name}"), archive);
    match site.create() {
        Ok(_) => {
            let images = site.bundle().images().to_vec();
            let of_archive = |image: &Image| image.file.file_name() == Some(name);
            Ok(images.into_iter().filter(of_archive).collect())
        }
        Err(_) => Err(site.create_error()),
    }
}
