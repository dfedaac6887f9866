use serde_json::Value;

use super::Blocking;
use crate::api::Reference;

/// What a condition says, if it is not True.
pub(super) fn blocking(of: &Reference, object: &Value, condition: &str) -> Vec<Blocking> {
    let found = find(object, condition);
    if found.is_some_and(|found| found["status"] == "True") {
        return Vec::new();
    }
    let said = found.and_then(|found| found["message"].as_str().or(found["reason"].as_str()));
    let said = said.filter(|said| !said.is_empty()).unwrap_or("nothing is said about it yet");
    vec![Blocking::new(format!("{of} is not {condition}: {said}"))]
}

pub(super) fn find<'a>(object: &'a Value, condition: &str) -> Option<&'a Value> {
    let conditions = object["status"]["conditions"].as_array()?;
    conditions.iter().find(|one| one["type"] == condition)
}
