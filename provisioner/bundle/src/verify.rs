use std::fmt;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::digest::HashingReader;
use crate::{Bundle, Error, File, MANIFEST_NAME, parallel};

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub files: usize,
    pub bytes: u64,
    pub images: usize,
}

/// Everything that is wrong with a bundle.
#[derive(Debug, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

/// One file that is not as `bundle.yaml` says.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{path}: missing")]
    Missing { path: Utf8PathBuf },
    #[error("{path}: {found} bytes, not {expected}")]
    Size { path: Utf8PathBuf, expected: u64, found: u64 },
    #[error("{path}: changed (SHA-256 {found}, not {expected})")]
    Digest { path: Utf8PathBuf, expected: String, found: String },
    #[error("{path}: not executable")]
    NotExecutable { path: Utf8PathBuf },
    #[error("{path}: not named in bundle.yaml")]
    Extra { path: Utf8PathBuf },
    #[error("{path}: {reason}")]
    Unusable { path: Utf8PathBuf, reason: String },
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "verify the bundle; problems: {}", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(formatter, "\n  {problem}"))
    }
}

impl Bundle {
    /// Reads every file and compares it with the manifest.
    ///
    /// # Errors
    /// All problems at once: files that are missing, changed or not executable, symbolic links, and
    /// files that the manifest does not name.
    pub fn verify(&self) -> Result<Report, Problems> {
        let files = &self.manifest().files;
        let mut problems: Vec<Problem> =
            parallel::map(files, |file| self.problem(file)).into_iter().flatten().collect();
        let mut extra = Vec::new();
        self.find_extra(Utf8Path::new(""), &mut extra);
        extra.sort_by_key(Problem::to_string);
        problems.append(&mut extra);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        Ok(Report {
            files: files.len(),
            bytes: files.iter().map(|file| file.size).sum(),
            images: self.images().len(),
        })
    }

    fn problem(&self, file: &File) -> Option<Problem> {
        let path = file.path.clone();
        match self.compare(file) {
            Ok(problem) => problem,
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Some(Problem::Missing { path })
            }
            Err(Error::UnsafePath { reason, .. }) => {
                Some(Problem::Unusable { path, reason: reason.to_owned() })
            }
            Err(error) => Some(Problem::Unusable { path, reason: error.to_string() }),
        }
    }

    fn compare(&self, file: &File) -> Result<Option<Problem>, Error> {
        let path = file.path.clone();
        let location = self.location(file)?;
        let metadata = fs::metadata(&location)?;
        if metadata.len() != file.size {
            return Ok(Some(Problem::Size { path, expected: file.size, found: metadata.len() }));
        }
        let (found, _) = HashingReader::new(fs::File::open(&location)?).finish()?;
        if found != file.sha256 {
            return Ok(Some(Problem::Digest { path, expected: file.sha256.clone(), found }));
        }
        let executable = metadata.permissions().mode() & 0o111 != 0;
        Ok((file.executable && !executable).then_some(Problem::NotExecutable { path }))
    }

    fn find_extra(&self, folder: &Utf8Path, problems: &mut Vec<Problem>) {
        let unusable = |error: std::io::Error| Problem::Unusable {
            path: folder.to_owned(),
            reason: error.to_string(),
        };
        let entries = match self.directory().join(folder).read_dir_utf8() {
            Ok(entries) => entries,
            Err(error) => return problems.push(unusable(error)),
        };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => {
                    let path = folder.join(entry.file_name());
                    if kind.is_dir() {
                        self.find_extra(&path, problems);
                    } else if path != MANIFEST_NAME && self.manifest().file(&path).is_none() {
                        problems.push(Problem::Extra { path });
                    }
                }
                Err(error) => problems.push(unusable(error)),
            }
        }
    }
}
