use super::{Invalid, length, name::domain, only};
use crate::model::{Taint, TaintEffect};
use semver::Version;

/// An exact version: `1.36.2` or `v1.36.2`.
pub(crate) fn version(text: &str) -> Result<Version, Invalid> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let version = Version::parse(bare).map_err(|error| {
        let invalid = Invalid::new(format!("must be an exact version: {error}"));
        match Version::parse(&format!("{bare}.0")) {
            Ok(version) => invalid.hint(format!("with the patch, for example `{version}`")),
            Err(_) => invalid,
        }
    })?;
    if !version.build.is_empty() {
        return Err(Invalid::new("no release of Kubernetes has a `+`"));
    }
    Ok(version)
}

/// The key of a label or a taint: a name, with a DNS name and `/` before it perhaps.
pub(crate) fn label_key(text: &str) -> Result<String, Invalid> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if name.contains('/') {
        return Err(Invalid::new("a key has one `/` at most"));
    }
    if let Some(prefix) = prefix {
        domain(prefix).map_err(|invalid| invalid.within("before the `/`"))?;
    }
    qualified(name)?;
    Ok(text.to_owned())
}

/// The value of a label or a taint; it may be empty.
pub(crate) fn label_value(text: &str) -> Result<String, Invalid> {
    if !text.is_empty() {
        qualified(text)?;
    }
    Ok(text.to_owned())
}

/// What apimachinery's `IsQualifiedName` and `IsValidLabelValue` have in common.
fn qualified(text: &str) -> Result<(), Invalid> {
    length(text, 63)?;
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "-_.".contains(c),
        "letters, digits, `-`, `_` and `.`",
    )?;
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if edge(text.chars().next()) && edge(text.chars().last()) {
        return Ok(());
    }
    Err(Invalid::new("it must begin and end with a letter or a digit"))
}

/// A taint as `kubectl taint` writes it: `key=value:Effect` or `key:Effect`.
pub(crate) fn taint_text(text: &str) -> Result<Taint, Invalid> {
    let Some((rest, effect)) = text.rsplit_once(':') else {
        return Err(Invalid::new("must be `key=value:Effect` or `key:Effect`"));
    };
    let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
    Ok(Taint {
        key: label_key(key).map_err(|invalid| invalid.within("its key"))?,
        value: label_value(value).map_err(|invalid| invalid.within("its value"))?,
        effect: taint_effect(effect)?,
    })
}

pub(crate) fn taint_effect(text: &str) -> Result<TaintEffect, Invalid> {
    let all = [TaintEffect::NoSchedule, TaintEffect::PreferNoSchedule, TaintEffect::NoExecute];
    if let Some(effect) = all.into_iter().find(|effect| effect.to_string() == text) {
        return Ok(effect);
    }
    let invalid = Invalid::new("the effect must be NoSchedule, PreferNoSchedule or NoExecute");
    let near = all.into_iter().find(|effect| effect.to_string().eq_ignore_ascii_case(text));
    Err(match near {
        Some(effect) => invalid.hint(format!("did you mean `{effect}`?")),
        None => invalid,
    })
}

/// A command-line flag without its dashes: `audit-log-maxage`.
pub(crate) fn flag(text: &str) -> Result<String, Invalid> {
    if text.starts_with('-') {
        return Err(Invalid::new("without the dashes before it")
            .hint(format!("`{}`", text.trim_start_matches('-'))));
    }
    length(text, 100)?;
    only(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c), "letters, digits and `-`")?;
    Ok(text.to_owned())
}
