use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::sha256;
use super::download::download;
use super::places::places;
use super::whole_file;
use super::{Helm, Lock};
use crate::KubeError;
use crate::addon::{Assets, Chart, Published};

/// Where charts and published manifests come from: the bundle, what was downloaded before, a mirror, their
/// repository.
#[derive(Debug)]
pub struct ChartStore {
    pub lock: Lock,
    /// A folder of archives, NAME-VERSION.tgz, and manifests, NAME-VERSION.yaml: the bundle's.
    pub bundle: Option<Utf8PathBuf>,
    /// Where downloads are kept.
    pub cache: Utf8PathBuf,
    /// Other places of a repository, by its URL; tried in order, before it.
    pub mirrors: BTreeMap<String, Vec<String>>,
}

/// A chart, manifests or helm, on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    pub path: Utf8PathBuf,
    /// Worth telling: it was downloaded.
    pub news: Option<String>,
}

impl ChartStore {
    /// The chart's archive, its digest checked.
    ///
    /// # Errors
    /// It cannot be had, or is another one than it was.
    pub(crate) async fn locate(&self, chart: &Chart, helm: &Helm) -> Result<Located, KubeError> {
        let file = format!("{}-{}.tgz", chart.name, chart.version);
        if let Some(located) = self.at_hand(chart, &file)? {
            return Ok(located);
        }
        let folder = self.folder(chart)?;
        self.pull(chart, &folder, &file, helm).await?;
        self.fetched(chart, &folder.join(file))
    }

    /// The manifests that somebody publishes, from the same places, their digest checked; and whether that
    /// is worth telling.
    ///
    /// # Errors
    /// They cannot be had, or are others than they were.
    pub(crate) async fn published(
        &self,
        published: &Published,
    ) -> Result<(String, Option<String>), KubeError> {
        let of = published.as_chart();
        let file = format!("{}-{}.yaml", of.name, of.version);
        let located = if let Some(located) = self.at_hand(&of, &file)? {
            located
        } else {
            let data = self.download(published).await?;
            let path = self.folder(&of)?.join(file);
            whole_file::write(&path, &data, 0o644)?;
            self.fetched(&of, &path)?
        };
        let Located { path, news } = located;
        let text = std::fs::read_to_string(&path);
        Ok((text.map_err(|source| KubeError::Read { path, source })?, news))
    }

    fn at_hand(&self, of: &Chart, file: &str) -> Result<Option<Located>, KubeError> {
        let bundled = self.bundle.as_ref().map(|folder| folder.join(file));
        let kept = self.cache.join(folder_name(of)).join(file);
        let found = bundled.into_iter().chain([kept]).find(|path| path.exists());
        found.map(|path| self.admitted(of, path)).transpose()
    }

    /// Where it is kept.
    fn folder(&self, of: &Chart) -> Result<Utf8PathBuf, KubeError> {
        let folder = self.cache.join(folder_name(of));
        match std::fs::create_dir_all(&folder) {
            Ok(()) => Ok(folder),
            Err(source) => Err(KubeError::Write { path: folder, source }),
        }
    }

    fn fetched(&self, of: &Chart, path: &Utf8Path) -> Result<Located, KubeError> {
        match self.admitted(of, path.to_owned()) {
            Err(error) => {
                // It must not be taken for the right one by the next run.
                let _ = std::fs::remove_file(path);
                Err(error)
            }
            admitted => admitted,
        }
    }

    /// A chart that lies beside its addon, as a folder on this machine.
    pub(crate) fn unpack(
        assets: &Assets,
        folder: &Utf8Path,
        scratch: &Utf8Path,
    ) -> Result<Utf8PathBuf, KubeError> {
        let root = scratch.join(folder);
        let mut is_there = false;
        for (path, data) in assets.within(folder) {
            let path = root.join(path);
            let failed = |source| KubeError::Write { path: path.clone(), source };
            std::fs::create_dir_all(path.parent().unwrap_or(&root)).map_err(failed)?;
            std::fs::write(&path, data).map_err(failed)?;
            is_there = true;
        }
        if is_there { Ok(root) } else { Err(KubeError::Missing { path: folder.to_owned() }) }
    }

    async fn pull(
        &self,
        chart: &Chart,
        folder: &Utf8Path,
        file: &str,
        helm: &Helm,
    ) -> Result<(), KubeError> {
        let repository = chart.repository.as_deref().unwrap_or_default();
        let failed = |source| KubeError::Write { path: folder.to_owned(), source };
        // Moved to its place as a whole: a download that was cut off is not there.
        let scratch = tempfile::tempdir_in(folder).map_err(failed)?;
        let into = Utf8Path::from_path(scratch.path()).unwrap_or(folder);
        let mut said = Vec::new();
        for place in places(&self.mirrors, repository) {
            match helm.pull(place, &chart.name, &chart.version, into).await {
                Ok(()) => {
                    let pulled = only_archive(into).ok_or_else(|| KubeError::Chart {
                        chart: format!("the chart {}", chart.name),
                        said: format!("helm has got nothing from {place}"),
                    })?;
                    return std::fs::rename(pulled, folder.join(file)).map_err(failed);
                }
                Err(error) => said.push(format!("{place}: {error}")),
            }
        }
        Err(not_had("chart", chart, &said))
    }

    async fn download(&self, published: &Published) -> Result<Vec<u8>, KubeError> {
        let mut said = Vec::new();
        for place in places(&self.mirrors, &published.repository) {
            let url = format!("{}/{}", place.trim_end_matches('/'), published.file);
            match download(&url).await {
                Ok(data) => return Ok(data),
                Err(reason) => said.push(format!("{url}: {reason}")),
            }
        }
        Err(not_had("manifests", &published.as_chart(), &said))
    }

    fn admitted(&self, chart: &Chart, path: Utf8PathBuf) -> Result<Located, KubeError> {
        let data = std::fs::read(&path)
            .map_err(|source| KubeError::Read { path: path.clone(), source })?;
        let found = sha256(&data);
        let is_new = self.lock.admit(chart, &found)?;
        let news = is_new.then(|| {
            format!("{} {} has the digest sha256:{found}; recorded", chart.name, chart.version)
        });
        Ok(Located { path, news })
    }
}

fn not_had(what: &str, of: &Chart, said: &[String]) -> KubeError {
    let chart = format!("the {what} {} {}", of.name, of.version);
    KubeError::Chart { chart, said: said.join("; ") }
}

fn only_archive(folder: &Utf8Path) -> Option<Utf8PathBuf> {
    let entries = folder.read_dir_utf8().ok()?;
    let mut archives = entries.flatten().map(camino::Utf8DirEntry::into_path);
    archives.find(|path| path.extension() == Some("tgz"))
}

/// Charts of the same name and version in different repositories are different charts.
fn folder_name(chart: &Chart) -> String {
    let repository = chart.repository.as_deref().unwrap_or_default();
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    repository.chars().map(safe).collect()
}
