use std::collections::BTreeMap;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use flate2::read::GzDecoder;

use super::digest::sha256;
use super::download::download;
use super::pinned_helm::{HelmArchive, PinnedHelm, platform};
use super::places::places;
use super::store::Located;
use super::whole_file;
use crate::KubeError;

/// Where helm comes from: this machine, what was fetched before, a mirror, its publisher.
#[derive(Debug)]
pub struct HelmStore {
    /// The one on the `PATH` or in the bundle.
    at_hand: Option<Utf8PathBuf>,
    /// The one that is fetched otherwise; None: none is.
    pinned: Option<PinnedHelm>,
    cache: Utf8PathBuf,
    mirrors: BTreeMap<String, Vec<String>>,
}

impl HelmStore {
    /// helm as it is at hand; nothing is fetched.
    pub fn at_hand(program: Option<Utf8PathBuf>) -> Self {
        Self { at_hand: program, pinned: None, cache: Utf8PathBuf::new(), mirrors: BTreeMap::new() }
    }

    /// Where it is not at hand, the one of `pinned` (a `helm.lock.yaml`) is fetched from one of the
    /// `mirrors` of its repository or from there, and kept in `cache`.
    ///
    /// # Errors
    /// `pinned` is no `helm.lock.yaml`.
    pub fn fetching(
        self,
        pinned: &str,
        cache: Utf8PathBuf,
        mirrors: BTreeMap<String, Vec<String>>,
    ) -> Result<Self, KubeError> {
        Ok(Self { pinned: Some(PinnedHelm::read(pinned)?), cache, mirrors, ..self })
    }

    /// helm on this machine; what was fetched has its digest checked, every time.
    ///
    /// # Errors
    /// It cannot be had, or is another one.
    pub(crate) async fn locate(&self) -> Result<Located, KubeError> {
        if let Some(path) = self.at_hand.clone() {
            return Ok(Located { path, news: None });
        }
        let Some(pinned) = &self.pinned else {
            return Err(KubeError::NoHelm("it is not on this machine".to_owned()));
        };
        let archive = pinned.archive().ok_or_else(|| {
            let version = &pinned.version;
            KubeError::NoHelm(format!("helm {version} is not pinned for {}", platform()))
        })?;
        let path = self.cache.join(&archive.name);
        let kept = self.cache.join(format!("{}.tar.gz", archive.name));
        let (data, news) = match std::fs::read(&kept) {
            Ok(data) if sha256(&data) == archive.sha256 => {
                (data, format!("helm {} is the one fetched before, {path}", pinned.version))
            }
            _ => self.fetch(pinned, &archive, &kept).await?,
        };
        let located = Located { path: path.clone(), news: Some(news) };
        let unpacked = tokio::task::spawn_blocking(move || unpack(&data, &archive, &path)).await;
        unpacked.unwrap_or_else(|error| Err(KubeError::NoHelm(error.to_string())))?;
        Ok(located)
    }

    /// Downloads the archive, and keeps it once it is known to be the right one.
    async fn fetch(
        &self,
        pinned: &PinnedHelm,
        archive: &HelmArchive,
        kept: &Utf8Path,
    ) -> Result<(Vec<u8>, String), KubeError> {
        let mut said = Vec::new();
        for place in places(&self.mirrors, &pinned.repository) {
            let url = format!("{}/{}.tar.gz", place.trim_end_matches('/'), archive.name);
            let data = match download(&url).await {
                Ok(data) => data,
                Err(error) => {
                    said.push(format!("{url}: {error}"));
                    continue;
                }
            };
            let (found, wanted) = (sha256(&data), archive.sha256.clone());
            if found != wanted {
                return Err(KubeError::ForeignHelm { url, found, wanted });
            }
            let failed = |source| KubeError::Write { path: self.cache.clone(), source };
            std::fs::create_dir_all(&self.cache).map_err(failed)?;
            whole_file::write(kept, &data, 0o644)?;
            return Ok((data, format!("helm {} was fetched from {url}", pinned.version)));
        }
        Err(KubeError::NoHelm(format!(
            "it is neither on the PATH nor in a bundle, and cannot be fetched: {}",
            said.join("; ")
        )))
    }
}

/// Puts the program of an archive in its place, unless it is what is there.
fn unpack(data: &[u8], archive: &HelmArchive, path: &Utf8Path) -> Result<(), KubeError> {
    let program = member(data, &archive.member).map_err(|error| {
        KubeError::NoHelm(format!("{}.tar.gz cannot be unpacked: {error}", archive.name))
    })?;
    match std::fs::read(path) {
        Ok(kept) if sha256(&kept) == sha256(&program) => Ok(()),
        _ => whole_file::write(path, &program, 0o755),
    }
}

fn member(data: &[u8], name: &str) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Archive::new(GzDecoder::new(data));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()?.to_str() == Some(name) {
            let mut program = Vec::new();
            entry.read_to_end(&mut program)?;
            return Ok(program);
        }
    }
    Err(std::io::Error::other(format!("it has no {name}")))
}
