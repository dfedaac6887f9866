//! The name of a run.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// When the run began (UTC) and four random digits, like `20261120-061530-4f2a`: sorts by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a run, such as 20261120-061530-4f2a")]
pub struct InvalidRunId(String);

impl RunId {
    /// A new name for a run that begins at `time`.
    pub fn new(time: Timestamp) -> Self {
        let random = RandomState::new().hash_one(time.as_nanosecond()) & 0xffff;
        let time = time.to_zoned(TimeZone::UTC);
        Self(format!("{}-{random:04x}", time.strftime("%Y%m%d-%H%M%S")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for RunId {
    type Err = InvalidRunId;

    fn from_str(text: &str) -> Result<Self, InvalidRunId> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for RunId {
    type Error = InvalidRunId;

    fn try_from(text: String) -> Result<Self, InvalidRunId> {
        let digits = |part: &str, count| {
            part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let hex = |part: &str| {
            part.len() == 4
                && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        match text.split('-').collect::<Vec<_>>().as_slice() {
            [date, time, random] if digits(date, 8) && digits(time, 6) && hex(random) => {
                Ok(Self(text))
            }
            _ => Err(InvalidRunId(text)),
        }
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}
