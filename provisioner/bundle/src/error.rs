use camino::Utf8PathBuf;

use crate::Architecture;

/// Why a bundle could not be made or opened. What `verify` finds are [`crate::Problems`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("work with files: {0}")]
    Io(#[from] std::io::Error),
    #[error("use {0}: its name is not valid UTF-8")]
    NotUtf8(String),

    #[error("find {name} in {directory}")]
    ProgramMissing { name: &'static str, directory: Utf8PathBuf },
    #[error("use {0}: it is not executable; chmod +x it if it is the right file")]
    NotExecutable(Utf8PathBuf),
    #[error("use {0}: it is not a program for Linux (no ELF header)")]
    NotAProgram(Utf8PathBuf),
    #[error("use {path}: it is built for an unsupported machine (ELF number {machine})")]
    UnsupportedMachine { path: Utf8PathBuf, machine: u16 },
    #[error("use {path}: it is built for {found}, but kubeadm for {expected}")]
    MixedArchitectures { path: Utf8PathBuf, found: Architecture, expected: Architecture },
    #[error("find images in {0}: there is no .tar, .tar.gz or .tgz file")]
    NoImages(Utf8PathBuf),
    #[error("use both {first} and {second}: they would be one file of the bundle")]
    SameName { first: Utf8PathBuf, second: Utf8PathBuf },
    #[error("read the images in {path}: {reason}")]
    ImageArchive { path: Utf8PathBuf, reason: String },
    #[error("write {path}: it is not empty and not a bundle; give another directory or empty it")]
    OutputOccupied { path: Utf8PathBuf },

    #[error("open a bundle in {0}: there is no bundle.yaml")]
    NoManifest(Utf8PathBuf),
    #[error("read {path}: {reason}")]
    Manifest { path: Utf8PathBuf, reason: String },
    #[error("write bundle.yaml: {0}")]
    WriteManifest(String),
    #[error("use {path:?} as a path in a bundle: it {reason}")]
    UnsafePath { path: String, reason: &'static str },
    #[error("find {0} in the bundle")]
    NotInBundle(Utf8PathBuf),
}
