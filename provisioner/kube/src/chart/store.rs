use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::sha256;
use super::places::places;
use super::{Helm, Lock};
use crate::KubeError;
use crate::addon::{Assets, Chart};

/// Where charts come from: the bundle, what was downloaded before, a mirror, their repository.
#[derive(Debug)]
pub struct ChartStore {
    pub lock: Lock,
    /// A folder of archives, NAME-VERSION.tgz: the bundle's.
    pub bundle: Option<Utf8PathBuf>,
    /// Where downloads are kept.
    pub cache: Utf8PathBuf,
    /// Other places of a repository, by its URL; tried in order, before it.
    pub mirrors: BTreeMap<String, Vec<String>>,
}

/// A chart, or helm, on this machine.
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
        if let Some(path) = self.bundle.as_ref().map(|folder| folder.join(&file))
            && path.exists()
        {
            return self.admitted(chart, path);
        }
        let folder = self.cache.join(folder_name(chart));
        let path = folder.join(&file);
        if path.exists() {
            return self.admitted(chart, path);
        }
        self.download(chart, &folder, &file, helm).await?;
        match self.admitted(chart, path.clone()) {
            Err(error) => {
                // It must not be taken for the right one by the next run.
                let _ = std::fs::remove_file(&path);
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

    async fn download(
        &self,
        chart: &Chart,
        folder: &Utf8Path,
        file: &str,
        helm: &Helm,
    ) -> Result<(), KubeError> {
        let repository = chart.repository.as_deref().unwrap_or_default();
        let failed = |source| KubeError::Write { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        // Moved to its place as a whole: a download that was cut off is not there.
        let scratch = tempfile::tempdir_in(folder).map_err(failed)?;
        let into = Utf8Path::from_path(scratch.path()).unwrap_or(folder);
        let mut said = Vec::new();
        for place in places(&self.mirrors, repository) {
            match helm.pull(place, &chart.name, &chart.version, into).await {
                Ok(()) => {
                    let pulled = only_archive(into).ok_or_else(|| KubeError::Chart {
                        chart: chart.name.clone(),
                        said: format!("helm has got nothing from {place}"),
                    })?;
                    return std::fs::rename(pulled, folder.join(file)).map_err(failed);
                }
                Err(error) => said.push(format!("{place}: {error}")),
            }
        }
        let chart = format!("{} {}", chart.name, chart.version);
        Err(KubeError::Chart { chart, said: said.join("; ") })
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
