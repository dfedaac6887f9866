use super::{cursor::Cursor, nearest::nearest};
use crate::{
    diagnostic::{Fault, shown},
    model::Hook,
    syntax,
};
use camino::Utf8PathBuf;

pub(super) fn hooks(at: &Cursor<'_>) -> Vec<Hook> {
    at.list(hook)
}

fn hook(at: &Cursor<'_>) -> Option<Hook> {
    at.map(|fields| {
        let before = fields.optional("before", place);
        let after = fields.optional("after", place);
        if fields.has("before") == fields.has("after") {
            let message = format!("`{}` needs one of `before` and `after`", at.path());
            let found = if fields.has("before") { "it has both" } else { "it has neither" };
            at.fault_at_key(Fault::new("invalid-hook", message, found));
        }
        let playbook = fields.required("playbook", playbook);
        Some(Hook { before, after, playbook: playbook? })
    })
}

/// A stage of `up`, or a playbook in one.
fn place(at: &Cursor<'_>) -> Option<String> {
    let name = at.text()?;
    let places = &at.report.known().places;
    if places.contains(&name) {
        return Some(name);
    }
    let message = format!("there is no stage `{}`", shown(&name));
    let fault = Fault::new("unknown-stage", message, "neither a stage nor a playbook of `up`");
    at.fault(match nearest(&name, places.iter().map(String::as_str)) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => fault.hint(format!("there are: {}", places.join(", "))),
    });
    None
}

/// A file that whoever reads the spec has looked at.
fn playbook(at: &Cursor<'_>) -> Option<Utf8PathBuf> {
    let path = at.valid("invalid-path", "path", syntax::path)?;
    let Err(reason) = at.report.known().playbook(&path) else { return Some(path) };
    let message = format!("the playbook {} cannot be used", shown(path.as_str()));
    at.fault(Fault::new("invalid-playbook", message, reason));
    None
}
