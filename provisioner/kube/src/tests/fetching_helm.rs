//! helm where there is none, from a server of this machine.

use std::collections::BTreeMap;

use camino::Utf8Path;
use flate2::Compression;
use flate2::write::GzEncoder;
use provisioner_tests_api_server::FileServer;
use tempfile::TempDir;

use super::specs::library;
use crate::KubeError;
use crate::chart::{HelmStore, platform, sha256};

const PROGRAM: &[u8] = b"this is helm";

struct World {
    files: FileServer,
    cache: TempDir,
    mirrors: BTreeMap<String, Vec<String>>,
    sha256: String,
}

impl World {
    fn new() -> Self {
        let files = FileServer::start();
        let archive = archive(PROGRAM);
        std::fs::write(files.folder().join(file()), &archive).unwrap();
        let sha256 = sha256(&archive);
        Self { files, cache: tempfile::tempdir().unwrap(), mirrors: BTreeMap::new(), sha256 }
    }

    fn cache(&self) -> &Utf8Path {
        Utf8Path::from_path(self.cache.path()).unwrap()
    }

    /// The contents of what is located, and what is told of it.
    async fn locate(&self) -> Result<(Vec<u8>, String), KubeError> {
        self.locate_from(&self.files.url()).await
    }

    async fn locate_from(&self, repository: &str) -> Result<(Vec<u8>, String), KubeError> {
        let pinned = format!(
            "{{repository: '{repository}', version: 3.0.1, archives: {{{}: {}}}}}",
            platform(),
            self.sha256
        );
        let store = HelmStore::at_hand(None).fetching(
            &pinned,
            self.cache().join("helm"),
            self.mirrors.clone(),
        )?;
        let located = store.locate().await?;
        Ok((std::fs::read(located.path).unwrap(), located.news.unwrap()))
    }
}

fn file() -> String {
    format!("helm-v3.0.1-{}.tar.gz", platform())
}

fn archive(program: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, data) in [("README.md", b"about".as_slice()), ("helm", program)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o755);
        archive.append_data(&mut header, format!("{}/{name}", platform()), data).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[tokio::test]
async fn the_right_one_is_kept_and_looked_at_every_time() {
    let world = World::new();
    let (program, news) = world.locate().await.unwrap();
    assert_eq!(program, PROGRAM);
    assert_eq!(news, format!("helm 3.0.1 was fetched from {}/{}", world.files.url(), file()));

    let path = world.cache().join("helm").join(file().trim_end_matches(".tar.gz"));
    std::fs::write(&path, "another").unwrap();
    let (program, news) = world.locate().await.unwrap();
    assert_eq!(program, PROGRAM, "what is not of the archive is replaced");
    assert_eq!(news, format!("helm 3.0.1 is the one fetched before, {path}"));
    assert_eq!(world.files.answered(), 1);

    std::fs::write(world.cache().join("helm").join(file()), "another").unwrap();
    assert!(world.locate().await.unwrap().1.contains("was fetched from"));
    assert_eq!(world.files.answered(), 2, "an archive that is not the right one is fetched again");
}

#[tokio::test]
async fn another_one_is_refused_and_not_kept() {
    let world = World::new();
    std::fs::write(world.files.folder().join(file()), archive(b"this is not helm")).unwrap();
    let error = world.locate().await.unwrap_err();
    assert!(matches!(&error, KubeError::ForeignHelm { wanted, .. } if *wanted == world.sha256));
    assert!(error.to_string().starts_with(&format!("use helm from {}", world.files.url())));
    assert!(!world.cache().join("helm").exists());
}

#[tokio::test]
async fn one_that_was_cut_off_is_not_kept() {
    let world = World::new();
    world.files.cut_off();
    let error = world.locate().await.unwrap_err().to_string();
    assert!(error.contains("end of file before message length reached"), "{error}");
    assert!(!world.cache().join("helm").exists());
}

#[tokio::test]
async fn one_that_is_not_there_is_said_with_the_three_ways() {
    let world = World::new();
    std::fs::remove_file(world.files.folder().join(file())).unwrap();
    let error = world.locate().await.unwrap_err();
    let url = format!("{}/{}", world.files.url(), file());
    assert_eq!(
        error.to_string(),
        format!(
            "run helm: it is neither on the PATH nor in a bundle, and cannot be fetched: {url}: 404 Not Found"
        )
    );
    let hint = error.hint().unwrap();
    for way in ["on the PATH", "into the bundle as bin/helm", "`spec.charts.mirrors`"] {
        assert!(hint.contains(way), "{hint}");
    }
}

#[tokio::test]
async fn mirrors_come_first() {
    let mut world = World::new();
    let away = "http://127.0.0.1:9";
    let mirrors = vec![format!("{away}/mirror"), world.files.url()];
    world.mirrors.insert(away.to_owned(), mirrors);
    let (_, news) = world.locate_from(away).await.unwrap();
    assert!(news.contains(&world.files.url()), "{news}");

    world.mirrors.clear();
    std::fs::remove_dir_all(world.cache().join("helm")).unwrap();
    let error = world.locate_from(away).await.unwrap_err().to_string();
    assert!(
        error.contains("http://127.0.0.1:9/helm-v3.0.1") && error.contains("refused"),
        "{error}"
    );
}

#[test]
fn the_pinned_one_is_there_for_both_architectures() {
    let library = library();
    let text = library.pinned_helm().unwrap();
    HelmStore::at_hand(None).fetching(text, "cache".into(), BTreeMap::new()).unwrap();
    for platform in ["linux-amd64: ", "linux-arm64: "] {
        let (_, digest) = text.split_once(platform).unwrap();
        let digest = digest.lines().next().unwrap();
        assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
