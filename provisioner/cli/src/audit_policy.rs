//! The audit policy that a spec names, read from the file beside it.

use camino::Utf8Path;
use serde::Deserialize;

/// The parts of a policy that are looked at: the API server says no to the rest when it starts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    api_version: String,
    kind: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    #[allow(dead_code)] // Without it there is no rule.
    level: Level,
}

#[derive(Deserialize)]
enum Level {
    None,
    Metadata,
    Request,
    RequestResponse,
}

/// The text of the policy in a file, if it is one; else why it is none.
pub(crate) fn read(path: &Utf8Path) -> Result<String, String> {
    let text = fs_err::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{path} is not there"),
        _ => error.to_string(),
    })?;
    let policy: Policy = serde_yaml::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    if policy.kind != "Policy" || policy.api_version != "audit.k8s.io/v1" {
        let Policy { kind, api_version, .. } = policy;
        return Err(format!(
            "{path}: this is a {kind} of {api_version}, and not a Policy of audit.k8s.io/v1"
        ));
    }
    if policy.rules.is_empty() {
        return Err(format!("{path}: it has no rules, and the API server takes none without"));
    }
    Ok(text)
}
