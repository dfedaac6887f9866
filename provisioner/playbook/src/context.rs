//! Values of the context by their path: `host.os.family`.

use serde_json::Value;

/// The value at a dotted path; None where a part of it is not there.
pub(crate) fn lookup<'a>(context: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(context, |value, key| value.get(key))
}
