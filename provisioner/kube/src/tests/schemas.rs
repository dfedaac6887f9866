//! Manifests are held against the schemas of Kubernetes (tests/schemas).

use std::path::Path;
use std::process::Command;

/// Checks every `*.yaml` of a folder. Returns the kinds that Kubernetes has no schema of, a line each:
/// what is not one of its own, or is misspelt.
pub(super) fn without_schema(folder: &Path, versions: &[&str]) -> String {
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/schemas/check");
    let output = Command::new(check).arg(folder).args(versions).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let (_, left_out) = said.trim_end().rsplit_once("no schema for ").unwrap();
    left_out.replace(", ", "\n")
}
