use super::{Invalid, length, only};

/// A registry as image names begin: `docker.io`, `registry.example:5000`.
pub(crate) fn registry(text: &str) -> Result<String, Invalid> {
    length(text, 253)?;
    if text.contains("://") || text.contains('/') {
        return Err(Invalid::new("a registry is a host, with a port perhaps")
            .hint("as image names begin: `docker.io`"));
    }
    // `_default` is containerd's word for every registry without settings of its own.
    if text == "_default" {
        return Ok(text.to_owned());
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    if port.is_some_and(|port| !matches!(port.parse::<u16>(), Ok(1..))) {
        return Err(Invalid::new("the port must be a number from 1 to 65535"));
    }
    length(host, 253).map_err(|_| Invalid::new("it names no host"))?;
    only(host, |c| c.is_ascii_alphanumeric() || "-.".contains(c), "letters, digits, `-` and `.`")?;
    Ok(text.to_owned())
}

/// A registry and a path in it, such as `registry.example/google_containers`.
pub(crate) fn image_repository(text: &str) -> Result<String, Invalid> {
    length(text, 253)?;
    if let Some((_, rest)) = text.split_once("://") {
        return Err(Invalid::new("image names have no `://`").hint(format!("`{rest}`")));
    }
    let mut parts = text.split('/');
    registry(parts.next().unwrap_or_default())?;
    for part in parts {
        if part.is_empty() {
            return Err(Invalid::new("a part between the slashes is empty"));
        }
        if part.contains([':', '@']) {
            return Err(Invalid::new("a repository has no tag and no digest")
                .hint("the tags follow from the version"));
        }
        only(
            part,
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c),
            "lower-case letters, digits, `.`, `_` and `-`",
        )?;
    }
    Ok(text.to_owned())
}
