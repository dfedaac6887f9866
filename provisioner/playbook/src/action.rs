use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::model::RestoredGroup;

/// A step as it goes to a host: all values in place.
#[derive(Debug, Clone)]
pub struct Step {
    pub name: String,
    pub playbook: String,
    pub action: Action,
    /// Shell: the step is skipped unless it succeeds (1: skipped, 3: not known yet).
    pub only_if: Option<String>,
    /// Marks of the handlers that a change calls for.
    pub notify: Vec<String>,
    /// The mark that calls for this step, if it is a handler.
    pub mark: Option<String>,
    /// Neither diff nor output is shown.
    pub secret: bool,
    /// Runs as a job of its own, which outlives the connection.
    pub detach: bool,
    /// Belongs to the run and is gone at its end: never told as a change.
    pub transient: bool,
    pub timeout_seconds: u32,
}

/// A big file that the control machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// Text that is shown only where the step is not secret.
#[derive(Clone)]
pub struct Content(SecretString);

impl Content {
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.expose().len())
    }
}

#[derive(Debug, Clone)]
pub enum Action {
    File {
        dest: String,
        mode: String,
        owner: String,
        group: String,
        content: Content,
    },
    Absent {
        path: String,
    },
    Directory {
        path: String,
        mode: String,
        owner: String,
        group: String,
    },
    Link {
        dest: String,
        target: String,
    },
    Line {
        path: String,
        line: String,
    },
    Block {
        path: String,
        marker: String,
        text: String,
    },
    Package {
        names: Vec<String>,
        version: String,
        hold: bool,
    },
    NoPackage {
        names: Vec<String>,
    },
    Repository {
        name: String,
        url: String,
        suite: String,
        key: String,
        exclude: Vec<String>,
    },
    Service {
        name: String,
        enabled: Option<bool>,
        state: String,
    },
    Unit {
        name: String,
        content: Content,
    },
    Sysctl {
        file: String,
        settings: Vec<(String, String)>,
    },
    Module {
        file: String,
        names: Vec<String>,
    },
    Mount {
        path: String,
        source: String,
        filesystem: String,
        options: String,
    },
    NoMount {
        path: String,
    },
    User {
        name: String,
        system: bool,
        home: String,
        shell: String,
    },
    Download {
        url: Option<String>,
        dest: String,
        sha256: String,
        size: u64,
        mode: String,
    },
    Image {
        reference: String,
        blob: Option<Blob>,
    },
    Command {
        run: String,
        creates: String,
        unless: String,
        stdin: Content,
        undo: Option<Undo>,
    },
    Query {
        run: String,
        register: String,
    },
    Wait {
        until: String,
        reason: String,
    },
    /// What the ledger tells of these things is made again as it was.
    Restore {
        group: RestoredGroup,
    },
}

/// What takes back a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// What is changed by the command; of several steps with one key the first to change it counts.
    pub key: String,
    /// Shell; what it prints before the change is `$before` to `run`.
    pub before: String,
    pub run: String,
}

impl Action {
    /// The content that a file is to have, for a diff against what it has.
    pub fn content(&self) -> Option<(&str, &str)> {
        match self {
            Self::File { dest, content, .. } => Some((dest, content.expose())),
            Self::Unit { name, content } => Some((name, content.expose())),
            _ => None,
        }
    }

    /// The digest of the big file that it needs from the control machine.
    pub fn blob(&self) -> Option<Blob> {
        match self {
            Self::Download { url: None, sha256, size, .. } => {
                Some(Blob { sha256: sha256.clone(), size: *size })
            }
            Self::Image { blob, .. } => blob.clone(),
            _ => None,
        }
    }
}
