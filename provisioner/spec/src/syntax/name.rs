use super::{Invalid, length, only};
use camino::Utf8PathBuf;
use std::net::IpAddr;

/// A DNS label (RFC 1123): `web-1`.
pub(crate) fn label(text: &str) -> Result<String, Invalid> {
    length(text, 63)?;
    only(text, is_label_char, "lower-case letters, digits and `-`")
        .map_err(|invalid| with_lower_case(invalid, text))?;
    if text.starts_with('-') || text.ends_with('-') {
        return Err(Invalid::new("it must begin and end with a letter or a digit"));
    }
    Ok(text.to_owned())
}

/// A DNS name of one or more labels (RFC 1123): `web-1.example.com`.
pub(crate) fn domain(text: &str) -> Result<String, Invalid> {
    length(text, 253)?;
    only(text, |c| c == '.' || is_label_char(c), "lower-case letters, digits, `-` and `.`")
        .map_err(|invalid| with_lower_case(invalid, text))?;
    for part in text.split('.') {
        if part.is_empty() {
            return Err(Invalid::new("a part between the dots is empty"));
        }
        label(part)?;
    }
    Ok(text.to_owned())
}

/// A DNS name that Linux takes as a host name: hostname(7) allows 64 bytes, Kubernetes labels 63.
pub(crate) fn host_name(text: &str) -> Result<String, Invalid> {
    length(text, 63)?;
    if text.parse::<IpAddr>().is_ok() {
        return Err(Invalid::new("this is an address").hint("the address belongs into `address`"));
    }
    domain(text)
}

/// An IP address or a DNS name.
pub(crate) fn endpoint(text: &str) -> Result<String, Invalid> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    if text.contains(':') {
        return Err(Invalid::new("only the name or address belongs here")
            .hint("the port goes into `port`, and there is no `https://`"));
    }
    domain(text)
}

/// An address, a DNS name, or a name of `~/.ssh/config`.
pub(crate) fn ssh_address(text: &str) -> Result<String, Invalid> {
    length(text, 253)?;
    if text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "._-".contains(c),
        "letters, digits, `.`, `_`, `-`",
    )
    .map_err(|invalid| {
        if text.contains(['@', ':']) {
            invalid.hint("user and port have keys of their own")
        } else {
            invalid
        }
    })?;
    no_leading_dash(text)
}

/// A name for a certificate: an address, a DNS name, or one that begins with `*.`.
pub(crate) fn certificate_name(text: &str) -> Result<String, Invalid> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    domain(text.strip_prefix("*.").unwrap_or(text))?;
    Ok(text.to_owned())
}

/// A user's name, those of directory services (`name@example.com`) included.
pub(crate) fn user(text: &str) -> Result<String, Invalid> {
    length(text, 64)?;
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "._-@".contains(c),
        "letters, digits, `.`, `_`, `-` and `@`",
    )?;
    no_leading_dash(text)
}

/// The name of an environment variable, as a shell can set it (POSIX, 3.231).
pub(crate) fn environment_variable(text: &str) -> Result<String, Invalid> {
    length(text, 255)?;
    only(text, |c| c.is_ascii_alphanumeric() || c == '_', "letters, digits and `_`").map_err(
        |invalid| match text.strip_prefix('$') {
            Some(name) => invalid.hint(format!("the name alone: `{name}`")),
            None => invalid,
        },
    )?;
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Invalid::new("it must not begin with a digit"));
    }
    Ok(text.to_owned())
}

/// A network interface: at most 15 bytes (IFNAMSIZ in linux/if.h).
pub(crate) fn interface(text: &str) -> Result<String, Invalid> {
    length(text, 15)?;
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "._-@".contains(c),
        "letters, digits, `.`, `_`, `-` and `@`",
    )?;
    if matches!(text, "." | "..") {
        return Err(Invalid::new("the kernel refuses this name"));
    }
    no_leading_dash(text)
}

/// A path on the machine that the program runs on.
pub(crate) fn path(text: &str) -> Result<Utf8PathBuf, Invalid> {
    length(text, 4095)?;
    if text.starts_with('~') && text != "~" && !text.starts_with("~/") {
        return Err(Invalid::new("only one's own home directory is known: `~/`"));
    }
    Ok(Utf8PathBuf::from(text))
}

fn is_label_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn no_leading_dash(text: &str) -> Result<String, Invalid> {
    if text.starts_with('-') {
        return Err(Invalid::new("it must not begin with `-`"));
    }
    Ok(text.to_owned())
}

fn with_lower_case(invalid: Invalid, text: &str) -> Invalid {
    let better = text.to_lowercase().replace('_', "-");
    if better != text && better.chars().all(|c| c == '.' || is_label_char(c)) {
        return invalid.hint(format!("for example `{better}`"));
    }
    invalid
}
