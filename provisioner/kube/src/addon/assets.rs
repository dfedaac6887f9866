use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::KubeError;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../addons/"]
struct Embedded;

/// The addons' files: the program's own, single ones replaced by those of a folder, or added.
#[derive(Debug, Clone)]
pub struct Assets(BTreeMap<Utf8PathBuf, Vec<u8>>);

impl Assets {
    /// What the program carries inside.
    pub fn embedded() -> Self {
        let file = |path: std::borrow::Cow<'static, str>| {
            Some((Utf8PathBuf::from(path.as_ref()), Embedded::get(&path)?.data.into_owned()))
        };
        Self(Embedded::iter().filter_map(file).collect())
    }

    /// The same with every file of `DIR/addons/` in the place of ours, or added: an addon of one's
    /// own is a folder there.
    ///
    /// # Errors
    /// A file of it cannot be read.
    pub fn with_overrides(mut self, folder: &Utf8Path) -> Result<Self, KubeError> {
        let root = folder.join("addons");
        let mut folders: Vec<_> = root.is_dir().then(|| root.clone()).into_iter().collect();
        while let Some(folder) = folders.pop() {
            let failed = |source| KubeError::Read { path: folder.clone(), source };
            for entry in folder.read_dir_utf8().map_err(failed)? {
                let path = entry.map_err(failed)?.into_path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let data = std::fs::read(&path)
                        .map_err(|source| KubeError::Read { path: path.clone(), source })?;
                    let name = path.strip_prefix(&root).unwrap_or(&path);
                    self.0.insert(name.to_owned(), data);
                }
            }
        }
        Ok(self)
    }

    /// A set of files given as they are: `nfs/addon.yaml`.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.into(), text.into())).collect())
    }

    /// # Errors
    /// The file is not there or not text.
    pub(crate) fn text(&self, path: &Utf8Path) -> Result<&str, KubeError> {
        let data = self.0.get(path).ok_or_else(|| KubeError::Missing { path: path.to_owned() })?;
        std::str::from_utf8(data).map_err(|_| KubeError::NotText { path: path.to_owned() })
    }

    /// The folders with an `addon.yaml` in them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|path| path.as_str().strip_suffix("/addon.yaml"))
    }

    /// The files of a folder and below it, relative to it: a chart that lies beside its addon.
    pub(crate) fn within(&self, folder: &Utf8Path) -> impl Iterator<Item = (&Utf8Path, &[u8])> {
        self.0.iter().filter_map(move |(path, data)| {
            Some((path.strip_prefix(folder).ok()?, data.as_slice()))
        })
    }
}
