use serde_yaml::{Mapping, Value};

use crate::Error;
use crate::kubeconfig::{Kubeconfig, LISTS, shape};

/// What becomes of the current context of a kubeconfig that others are merged into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentContext {
    /// It stays; only where there was none is the new one taken.
    Keep,
    /// The new one is taken.
    Switch,
}

/// Puts the entries of `new` into `existing` and keeps everything else that is there: other
/// entries, and in entries of the same name every field that `new` does not set (a namespace, a
/// proxy, extensions). Only fields that would contradict the new ones are dropped.
///
/// # Errors
/// [`Error::KubeconfigShape`] when a list of either is none.
pub fn merge(
    existing: &Kubeconfig,
    new: &Kubeconfig,
    current_context: CurrentContext,
) -> Result<Kubeconfig, Error> {
    let mut merged = existing.document.clone();
    for key in ["apiVersion", "kind"] {
        if let (false, Some(value)) = (merged.contains_key(key), new.document.get(key)) {
            merged.insert(key.into(), value.clone());
        }
    }
    for (list, key) in LISTS {
        let additions = entries(&new.document, list)?;
        let mut present = entries(&merged, list)?;
        for addition in additions {
            merge_entry(&mut present, addition, list, key)?;
        }
        merged.insert(list.into(), Value::Sequence(present));
    }
    let switch = current_context == CurrentContext::Switch || existing.current_context().is_none();
    if let (true, Some(name)) = (switch, new.current_context()) {
        merged.insert("current-context".into(), name.into());
    }
    Ok(Kubeconfig { document: merged })
}

fn entries(document: &Mapping, list: &str) -> Result<Vec<Value>, Error> {
    match document.get(list) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Sequence(entries)) => Ok(entries.clone()),
        Some(_) => Err(shape(list, "a list")),
    }
}

fn merge_entry(
    present: &mut Vec<Value>,
    addition: Value,
    list: &str,
    key: &str,
) -> Result<(), Error> {
    let same = |entry: &&mut Value| entry.get("name") == addition.get("name");
    let Some(entry) = present.iter_mut().find(same) else {
        present.push(addition);
        return Ok(());
    };
    let entry = entry.as_mapping_mut().ok_or_else(|| shape(list, "a list of mappings"))?;
    let Some(Value::Mapping(fields)) = addition.get(key) else {
        return Err(shape(list, "a list of mappings"));
    };
    match entry.get_mut(key) {
        Some(Value::Mapping(old)) => {
            for contradiction in contradictions(list) {
                old.shift_remove(*contradiction);
            }
            old.extend(fields.clone());
        }
        _ => {
            entry.insert(key.into(), Value::Mapping(fields.clone()));
        }
    }
    Ok(())
}

/// Other ways to say what a new entry says with embedded certificates. kubectl refuses
/// `insecure-skip-tls-verify` beside an authority and prefers some credentials to a certificate.
fn contradictions(list: &str) -> &'static [&'static str] {
    match list {
        "clusters" => &["certificate-authority", "insecure-skip-tls-verify"],
        "users" => &[
            "auth-provider",
            "client-certificate",
            "client-key",
            "exec",
            "password",
            "token",
            "tokenFile",
            "username",
        ],
        _ => &[],
    }
}
