use provisioner_engine::{Mode, State};

use crate::render::text::{self, seconds};

/// How something has ended, or that it has not.
pub(super) fn word(state: State, mode: Mode) -> &'static str {
    match state {
        State::Started => "not ended",
        _ => text::word(state, mode),
    }
}

/// A duration; nothing for what is not known or too short to be of interest.
pub(super) fn took(duration: Option<f64>) -> Option<String> {
    duration.filter(|duration| *duration >= 0.0005).map(seconds)
}
