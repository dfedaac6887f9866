//! `when`: which steps exist for a host.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::context::lookup;

/// Whether every path has its value, or one of its values.
///
/// # Errors
/// The path that is not in the context: a misspelt condition must not pass for a false one.
pub(crate) fn holds(when: &BTreeMap<String, Value>, context: &Value) -> Result<bool, String> {
    for (path, wanted) in when {
        let value = lookup(context, path).ok_or_else(|| path.clone())?;
        let matches = match wanted {
            Value::Array(any) => any.contains(value),
            one => one == value,
        };
        if !matches {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::holds;
    use serde_json::json;

    fn check(when: serde_json::Value) -> Result<bool, String> {
        let context = json!({"host": {"os": {"family": "debian"}, "cgroup": 1}});
        holds(&serde_json::from_value(when).expect("a map"), &context)
    }

    #[test]
    fn all_paths_must_match() {
        assert_eq!(check(json!({"host.os.family": "debian", "host.cgroup": 1})), Ok(true));
        assert_eq!(check(json!({"host.os.family": "debian", "host.cgroup": 2})), Ok(false));
        assert_eq!(check(json!({"host.os.family": ["redhat", "debian"]})), Ok(true));
    }

    #[test]
    fn a_misspelt_path_is_an_error() {
        assert_eq!(check(json!({"host.os.famly": "debian"})), Err("host.os.famly".to_owned()));
    }
}
