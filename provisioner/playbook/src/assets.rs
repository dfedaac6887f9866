use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::PlaybookError;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../playbooks/"]
struct Embedded;

/// The playbooks and their files: the program's own, single ones replaced by those of a folder.
#[derive(Debug, Clone)]
pub struct Assets(BTreeMap<Utf8PathBuf, Vec<u8>>);

impl Assets {
    /// What the program carries inside.
    pub fn embedded() -> Self {
        Self(
            Embedded::iter()
                .filter_map(|path| {
                    let file = Embedded::get(&path)?;
                    Some((Utf8PathBuf::from(path.as_ref()), file.data.into_owned()))
                })
                .collect(),
        )
    }

    /// The same with every file of `DIR/playbooks/`, if that is there, in the place of ours, or added.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read.
    pub fn with_overrides(mut self, folder: &Utf8Path) -> Result<Self, PlaybookError> {
        let read = |source| PlaybookError::Read { path: folder.to_owned(), source };
        folder.read_dir_utf8().map_err(read)?;
        let root = folder.join("playbooks");
        let mut folders: Vec<_> = root.is_dir().then(|| root.clone()).into_iter().collect();
        while let Some(folder) = folders.pop() {
            let read = |source| PlaybookError::Read { path: folder.clone(), source };
            for entry in folder.read_dir_utf8().map_err(read)? {
                let path = entry.map_err(read)?.into_path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let data = fs_err::read(&path)
                        .map_err(|source| PlaybookError::Read { path: path.clone(), source })?;
                    let name = path.strip_prefix(&root).unwrap_or(&path);
                    self.0.insert(name.to_owned(), data);
                }
            }
        }
        Ok(self)
    }

    /// Adds a file.
    pub(crate) fn insert(&mut self, path: &Utf8Path, data: &[u8]) {
        self.0.insert(path.to_owned(), data.to_owned());
    }

    /// A set of files given as they are: `containerd.yaml`, `files/containerd/config.toml.hbs`.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.into(), text.into())).collect())
    }

    /// # Errors
    /// The file is not there or not text.
    pub fn text(&self, path: &Utf8Path) -> Result<&str, PlaybookError> {
        let data =
            self.0.get(path).ok_or_else(|| PlaybookError::Missing { path: path.to_owned() })?;
        std::str::from_utf8(data).map_err(|_| PlaybookError::NotText { path: path.to_owned() })
    }

    /// The names of all playbooks: `NAME.yaml` at the top, except the list of stages.
    pub fn playbook_names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|path| {
            let top = path.parent().is_some_and(|parent| parent.as_str().is_empty());
            let name = path.file_stem().filter(|_| path.extension() == Some("yaml"))?;
            (top && name != "site").then_some(name)
        })
    }

    /// The names of the runs other than `up`: `runs/NAME.yaml`.
    pub fn run_names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|path| {
            let is_run = path.parent().is_some_and(|parent| parent == "runs");
            path.file_stem().filter(|_| is_run && path.extension() == Some("yaml"))
        })
    }
}
