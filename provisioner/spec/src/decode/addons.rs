use super::{cursor::Cursor, nearest::nearest};
use crate::diagnostic::{Fault, shown};
use serde_json::Value;
use std::collections::BTreeMap;

const KNOWN: [&str; 4] = ["istio", "logging", "monitoring", "nfs"];

/// Reads the addons. Their own settings are kept as they are.
pub(super) fn addons(at: &Cursor<'_>) -> BTreeMap<String, Value> {
    let mut addons = BTreeMap::new();
    for (name, addon) in at.entries() {
        if !KNOWN.contains(&name) {
            addon.fault_at_key(unknown(name));
            continue;
        }
        for (key, value) in addon.entries() {
            if key == "enabled" && value.boolean() == Some(true) {
                value.fault(
                    Fault::not_available(
                        format!("the addon `{name}`"),
                        "this version installs no addon yet",
                    )
                    .hint("leave it out, or write `enabled: false`"),
                );
            }
        }
        addons.insert(name.to_owned(), Value::Object(addon.json_map()));
    }
    addons
}

fn unknown(name: &str) -> Fault {
    let message = format!("unknown addon `{}`", shown(name));
    let fault = Fault::new("unknown-key", message, "not known here");
    match nearest(name, KNOWN) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => fault.hint(format!("known here: {}", KNOWN.join(", "))),
    }
}
