use std::fmt;

use serde::{Deserialize, Serialize};

/// What the hosts of a lab run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    #[default]
    Debian,
    Ubuntu,
}

impl System {
    pub(crate) const ALL: [Self; 2] = [Self::Debian, Self::Ubuntu];

    /// The name of the release: Debian 12, Ubuntu 24.04.
    pub(crate) fn release(self) -> &'static str {
        match self {
            Self::Debian => "bookworm",
            Self::Ubuntu => "noble",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Debian => "Debian",
            Self::Ubuntu => "Ubuntu",
        })
    }
}
