//! `when`: which steps exist for a host.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::context::lookup;

/// Whether every path of `when` has its value, or one of its values, and none of `when_not` has.
///
/// # Errors
/// The path that is not in the context: a misspelt condition must not pass for a false one.
pub fn holds(
    when: &BTreeMap<String, Value>,
    when_not: &BTreeMap<String, Value>,
    context: &Value,
) -> Result<bool, String> {
    let mut holds = true;
    for (conditions, wanted) in [(when, true), (when_not, false)] {
        for (path, values) in conditions {
            holds &= matches(path, values, context)? == wanted;
        }
    }
    Ok(holds)
}

fn matches(path: &str, values: &Value, context: &Value) -> Result<bool, String> {
    let value = lookup(context, path).ok_or_else(|| path.to_owned())?;
    // A list is one of several values, unless the value is a list itself.
    let among = values.as_array().is_some_and(|any| any.contains(value));
    Ok(among || values == value)
}

#[cfg(test)]
mod tests {
    use super::holds;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn check(when: serde_json::Value) -> Result<bool, String> {
        let context = json!({"host": {"os": {"family": "debian"}, "cgroup": 1}});
        let given = serde_json::from_value(when).expect("a map");
        let holds = holds(&given, &BTreeMap::new(), &context)?;
        assert_eq!(super::holds(&BTreeMap::new(), &given, &context)?, !holds, "the opposite");
        Ok(holds)
    }

    #[test]
    fn all_paths_must_match() {
        assert_eq!(check(json!({"host.os.family": "debian", "host.cgroup": 1})), Ok(true));
        assert_eq!(check(json!({"host.os.family": "redhat", "host.cgroup": 2})), Ok(false));
        assert_eq!(check(json!({"host.os.family": ["redhat", "debian"]})), Ok(true));
    }

    #[test]
    fn a_list_is_compared_with_a_list() {
        let context = json!({"none": [], "some": [1]});
        let given = |path: &str| BTreeMap::from([(path.to_owned(), json!([]))]);
        let holds = |path| super::holds(&given(path), &BTreeMap::new(), &context);
        assert_eq!((holds("none"), holds("some")), (Ok(true), Ok(false)));
    }

    #[test]
    fn a_misspelt_path_is_an_error() {
        assert_eq!(check(json!({"host.os.famly": "debian"})), Err("host.os.famly".to_owned()));
    }
}
