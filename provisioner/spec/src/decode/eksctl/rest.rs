//! What is not converted.

use crate::{
    decode::{cursor::Cursor, fields::Fields},
    diagnostic::Fault,
};

/// A key, and what holds instead.
pub(super) type Rest = (&'static str, &'static str);

/// Lists those of the keys that the file has, each with what holds instead.
pub(super) fn not_converted(fields: &Fields<'_, '_>, rest: &[Rest]) {
    for (key, instead) in rest {
        if let Some(at) = fields.get_unavailable(key).filter(|at| !says_nothing(at)) {
            warn(at, key, instead);
        }
    }
}

/// Lists one place.
pub(super) fn warn(at: &Cursor<'_>, what: &str, instead: &str) {
    at.warn(Fault::not_converted(format!("`{what}`"), instead));
}

/// Reports a key that changes what kind of cluster this is.
pub(super) fn unavailable(fields: &Fields<'_, '_>, keys: &[&'static str]) {
    for key in keys {
        if let Some(at) = fields.get_unavailable(key).filter(|at| !at.is_empty()) {
            at.warn(Fault::not_available(format!("`{key}`"), "not available yet"));
        }
    }
}

/// What is off is as if it were not there.
fn says_nothing(at: &Cursor<'_>) -> bool {
    at.is_empty() || at.begins_with("false")
}
