//! What is not converted.

use crate::{
    decode::{cursor::Cursor, fields::Fields},
    diagnostic::Fault,
};

/// Lists those of the keys that the file has, with what holds instead.
pub(super) fn not_converted(fields: &Fields<'_, '_>, keys: &[&'static str], instead: &str) {
    for key in keys {
        if let Some(at) = fields.get_unavailable(key).filter(|at| !at.is_empty()) {
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
