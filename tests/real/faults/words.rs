//! What a run that was not done has said.

use provisioner_tests::Run;
use serde_json::Value;

/// Why a run failed. It has to say where, in which stage and why, and what to do where it knows; one of these
/// names must be in it, of hosts or the cluster.
pub(crate) fn reason(run: &Run, names: &[&str]) -> String {
    assert!(matches!(run.code, Some(1 | 4)), "{}", run.account());
    let summary = run.events.last().unwrap_or(&Value::Null);
    let failures = summary["failures"].as_array().cloned().unwrap_or_default();
    let Some(first) = failures.first() else { return said(run, names) };
    for failure in &failures {
        let [host, error] = ["host", "error"].map(|key| text(failure, key));
        assert!(!error.is_empty() && !text(failure, "stage").is_empty(), "{failure}");
        let is_named = |name: &&str| host == *name || error.contains(*name);
        assert!(names.iter().any(is_named), "nothing is named: {failure}");
        // A host that is not reached has come to no step.
        let has_step =
            !text(failure, "step").is_empty() || text(failure, "reason") == "unreachable";
        assert!(host.is_empty() || has_step, "no step: {failure}");
        if let Some(hint) = failure.get("hint") {
            let hints = summary["hints"].as_array().cloned().unwrap_or_default();
            assert!(hints.contains(hint), "{hint} is not said: {summary}");
        }
    }
    let parts = ["host", "step", "error"].map(|key| text(first, key));
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} in {}", parts.join(": "), text(first, "stage"))
}

/// Whether a host is told of, in a failure or a note.
pub(crate) fn tells_of(run: &Run, host: &str, what: &str) -> bool {
    let tells = |text: &str| text.contains(host) && text.contains(what);
    run.events.iter().any(|event| tells(&event.to_string())) || tells(&run.stderr)
}

/// A command that did not come to a run of its own says so by itself.
fn said(run: &Run, names: &[&str]) -> String {
    let line = run.stderr.lines().find(|line| line.contains("error"));
    let line = line.unwrap_or_else(|| panic!("no reason is given: {}", run.account()));
    assert!(names.iter().any(|name| line.contains(name)), "nothing is named: {}", run.account());
    line.to_owned()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
