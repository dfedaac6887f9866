//! Runs on disk, for people to read: `DIR/RUN-ID/{run.json,events.jsonl}`.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};

use crate::{Event, EventKind, InvalidRunId, RunId, RunInfo, Sink, Summary};

/// How many runs are worth keeping.
pub const KEPT_RUNS: usize = 50;

const INFO: &str = "run.json";
const EVENTS: &str = "events.jsonl";

/// The folder of all recorded runs.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: Utf8PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("record the run in {path}: {source}")]
    Write { path: Utf8PathBuf, source: io::Error },
    #[error("read {path}: {source}")]
    Read { path: Utf8PathBuf, source: io::Error },
    #[error("remove {path}: {source}")]
    Remove { path: Utf8PathBuf, source: io::Error },
    #[error("find run {run} in {folder}")]
    NoSuchRun { run: RunId, folder: Utf8PathBuf },
    #[error("understand {path}, line {line}: {source}")]
    Malformed { path: Utf8PathBuf, line: usize, source: serde_json::Error },
}

/// A recorded run in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEntry {
    pub info: RunInfo,
    /// None: the run goes on, or was cut off.
    pub summary: Option<Summary>,
}

/// A recorded run with all its events.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRun {
    pub info: RunInfo,
    pub events: Vec<Event>,
}

impl Journal {
    /// The journal in this folder, which need not exist yet.
    pub fn new(folder: impl Into<Utf8PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Begins the record of a run. Only its owner can read it.
    ///
    /// # Errors
    /// When the folder cannot be written, or already has a run of that name.
    pub fn create(&self, info: &RunInfo) -> Result<RunJournal, JournalError> {
        let folder = self.folder.join(info.run.as_str());
        let write = |path: &Utf8Path| {
            let path = path.to_owned();
            move |source| JournalError::Write { path, source }
        };
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        builder.recursive(true).create(&self.folder).map_err(write(&self.folder))?;
        builder.recursive(false).create(&folder).map_err(write(&folder))?;
        let path = folder.join(INFO);
        new_file(&path)
            .and_then(|mut file| file.write_all(&json_line(info)?))
            .map_err(write(&path))?;
        let path = folder.join(EVENTS);
        let file = new_file(&path).map_err(write(&path))?;
        // Where files cannot be locked, nobody can tell whether the run has ended; it is not worse off.
        let _ = file.try_lock();
        Ok(RunJournal { path, file })
    }

    /// Whether this run is known here and its process is gone, however it has ended.
    pub fn has_ended(&self, run: &RunId) -> bool {
        let events = File::open(self.folder.join(run.as_str()).join(EVENTS));
        events.is_ok_and(|events| events.try_lock_shared().is_ok())
    }

    /// All runs, the newest first. What is no record of a run is left out.
    ///
    /// # Errors
    /// When the folder exists and cannot be read.
    pub fn list(&self) -> Result<Vec<RunEntry>, JournalError> {
        let mut entries = Vec::new();
        for run in self.runs()? {
            // A run that was cut off while its record was begun has no more to tell than its name.
            let Ok(info) = self.info(&run) else { continue };
            let text = read(&self.folder.join(run.as_str()).join(EVENTS)).unwrap_or_default();
            entries.push(RunEntry { info, summary: last_summary(&text) });
        }
        Ok(entries)
    }

    /// One run. A last line that was cut off is left out.
    ///
    /// # Errors
    /// When there is no such run, or its record cannot be read or understood.
    pub fn read(&self, run: &RunId) -> Result<RecordedRun, JournalError> {
        let info = self.info(run)?;
        let path = self.folder.join(run.as_str()).join(EVENTS);
        let text = read(&path)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let events = whole.lines().enumerate().map(|(index, line)| {
            serde_json::from_str(line).map_err(|source| JournalError::Malformed {
                path: path.clone(),
                line: index + 1,
                source,
            })
        });
        Ok(RecordedRun { info, events: events.collect::<Result<_, _>>()? })
    }

    /// Removes all but the newest `keep` runs, and nothing else that lies there.
    ///
    /// # Errors
    /// When a run cannot be removed.
    pub fn prune(&self, keep: usize) -> Result<(), JournalError> {
        for run in self.runs()?.into_iter().skip(keep) {
            let path = self.folder.join(run.as_str());
            fs_err::remove_dir_all(&path)
                .map_err(|source| JournalError::Remove { path, source })?;
        }
        Ok(())
    }

    /// The names of all runs, the newest first.
    fn runs(&self) -> Result<Vec<RunId>, JournalError> {
        let failed = |source| JournalError::Read { path: self.folder.clone(), source };
        let entries = match fs_err::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut runs = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name: Result<RunId, InvalidRunId> = entry.file_name().to_string_lossy().parse();
            if let Ok(run) = name
                && entry.file_type().map_err(failed)?.is_dir()
            {
                runs.push(run);
            }
        }
        runs.sort_unstable_by(|one, other| other.cmp(one));
        Ok(runs)
    }

    fn info(&self, run: &RunId) -> Result<RunInfo, JournalError> {
        let path = self.folder.join(run.as_str()).join(INFO);
        let text = read(&path).map_err(|error| match error {
            JournalError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                JournalError::NoSuchRun { run: run.clone(), folder: self.folder.clone() }
            }
            error => error,
        })?;
        serde_json::from_str(&text).map_err(|source| JournalError::Malformed {
            path,
            line: source.line(),
            source,
        })
    }
}

/// The record of the run that goes on. Every event is a line, written at once and without a buffer,
/// so that it is there even when this process is killed. Its file is locked until then.
#[derive(Debug)]
pub struct RunJournal {
    path: Utf8PathBuf,
    file: File,
}

impl RunJournal {
    /// The file with the events.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

impl Sink for RunJournal {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.file.write_all(&json_line(event)?)
    }
}

fn json_line(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

fn new_file(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)
}

/// The text of a file; a character that was cut off at its end is replaced.
fn read(path: &Utf8Path) -> Result<String, JournalError> {
    let bytes = std::fs::read(path)
        .map_err(|source| JournalError::Read { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn last_summary(text: &str) -> Option<Summary> {
    match serde_json::from_str::<Event>(text.lines().last()?).ok()?.kind {
        EventKind::Summary(summary) => Some(summary),
        _ => None,
    }
}
