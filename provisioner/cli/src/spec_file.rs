use std::io::Read as _;

use camino::Utf8Path;
use provisioner_spec::{Cluster, Diagnostics, Parsed};

use crate::error::Error;

/// A spec's text and what it is called in messages.
#[derive(Debug)]
pub(crate) struct SpecFile {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl SpecFile {
    /// Reads the file; `-` is standard input.
    pub(crate) fn open(path: &Utf8Path) -> Result<Self, Error> {
        let failed = |source| Error::ReadSpec { path: path.to_owned(), source };
        if path != "-" {
            let text = std::fs::read_to_string(path).map_err(failed)?;
            return Ok(Self { name: path.to_string(), text });
        }
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
        Ok(Self { name: "<stdin>".to_owned(), text })
    }

    /// What the text says, whether this version can bring it about or not.
    pub(crate) fn read(&self) -> Result<Parsed, Box<Diagnostics>> {
        provisioner_spec::read(&self.text, &self.name).map_err(Box::new)
    }

    pub(crate) fn parse(&self) -> Result<Cluster, Box<Diagnostics>> {
        provisioner_spec::parse(&self.text, &self.name).map_err(Box::new)
    }
}

/// The cluster that a spec file describes.
pub(crate) fn cluster(path: &Utf8Path) -> Result<Cluster, Error> {
    SpecFile::open(path)?.parse().map_err(Error::Spec)
}
