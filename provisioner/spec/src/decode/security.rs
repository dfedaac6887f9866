use super::cursor::Cursor;
use crate::{
    diagnostic::{Fault, shown},
    model::{Audit, Encryption, Profile, Security},
    syntax,
};
use camino::Utf8PathBuf;

pub(super) fn security(at: &Cursor<'_>) -> Security {
    at.map(|fields| {
        let profile = fields.optional("profile", |at| at.choice(&[("cis", Profile::Cis)]));
        let is_strict = profile.is_some();
        Security {
            profile,
            encryption: fields.section("encryption", |at| encryption(at, is_strict)),
            audit: fields.section("audit", |at| audit(at, is_strict)),
        }
    })
}

fn encryption(at: &Cursor<'_>, is_strict: bool) -> Encryption {
    at.map(|fields| Encryption {
        enabled: fields.optional("enabled", Cursor::boolean).unwrap_or(is_strict),
    })
}

fn audit(at: &Cursor<'_>, is_strict: bool) -> Audit {
    at.map(|fields| {
        let policy = fields.optional("policy", policy);
        let enabled = fields.optional("enabled", Cursor::boolean);
        let number = |key, most, default| {
            let read = |at: &Cursor<'_>| u32::try_from(at.integer(1..=most)?).ok();
            fields.optional(key, read).unwrap_or(default)
        };
        Audit {
            enabled: enabled.unwrap_or(is_strict || fields.has("policy")),
            policy,
            max_age_days: number("maxAgeDays", 3650, Audit::MAX_AGE_DAYS),
            max_backups: number("maxBackups", 1000, Audit::MAX_BACKUPS),
            max_megabytes: number("maxMegabytes", 10_000, Audit::MAX_MEGABYTES),
        }
    })
}

/// A file that whoever reads the spec has looked at.
fn policy(at: &Cursor<'_>) -> Option<Utf8PathBuf> {
    let path = at.valid("invalid-path", "path", syntax::path)?;
    let Err(reason) = at.report.known().policy(&path) else { return Some(path) };
    let message = format!("the audit policy {} cannot be used", shown(path.as_str()));
    at.fault(Fault::new("invalid-policy", message, reason));
    None
}
