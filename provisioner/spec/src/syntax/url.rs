use super::{Invalid, length, only};
use std::net::Ipv6Addr;

/// An `http` or `https` URL below which other things lie; without the slash at its end.
pub(crate) fn base_url(text: &str) -> Result<String, Invalid> {
    let rest = after_scheme(text)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    check_authority(authority)?;
    if path.contains(['?', '#']) {
        return Err(Invalid::new("it must end with a path: no `?` and no `#`"));
    }
    only(
        path,
        |c| c.is_ascii_alphanumeric() || "-._~:/@+%=,".contains(c),
        "letters, digits and `-._~:/@+%=,`",
    )?;
    Ok(text.trim_end_matches('/').to_owned())
}

/// Where charts are: an `http` or `https` URL, or `oci://` and a registry.
pub(crate) fn chart_repository(text: &str) -> Result<String, Invalid> {
    match text.strip_prefix("oci://") {
        Some(rest) => {
            let checked = base_url(&format!("https://{rest}"))?;
            Ok(checked.replacen("https://", "oci://", 1))
        }
        None => base_url(text),
    }
}

/// Where clients reach a member of etcd: `https`, host and port.
pub(crate) fn etcd_endpoint(text: &str) -> Result<String, Invalid> {
    let url = base_url(text)?;
    let Some(authority) = url.strip_prefix("https://") else {
        return Err(Invalid::new("the API servers talk to etcd by `https` only"));
    };
    if authority.contains('/') {
        return Err(Invalid::new("a member of etcd has no path"));
    }
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    if !has_port {
        return Err(Invalid::new("it has no port").hint(format!("for example `{url}:2379`")));
    }
    Ok(url)
}

/// Where an identity provider is: `https`, and to the letter what its tokens say.
pub(crate) fn issuer_url(text: &str) -> Result<String, Invalid> {
    if !base_url(text)?.starts_with("https://") {
        return Err(Invalid::new("AWS asks identity providers by `https` only"));
    }
    Ok(text.to_owned())
}

/// The URL of an HTTP proxy: scheme, host and port.
pub(crate) fn proxy_url(text: &str) -> Result<String, Invalid> {
    let url = base_url(text)?;
    if after_scheme(&url)?.contains('/') {
        return Err(Invalid::new("a proxy has no path"));
    }
    Ok(url)
}

/// An entry of `NO_PROXY`: a name, a domain, an address or a range.
pub(crate) fn no_proxy(text: &str) -> Result<String, Invalid> {
    length(text, 253)?;
    let which = "letters, digits and `-._*:/[]`";
    only(text, |c| c.is_ascii_alphanumeric() || "-._*:/[]".contains(c), which)?;
    Ok(text.to_owned())
}

fn after_scheme(text: &str) -> Result<&str, Invalid> {
    text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(|| {
        let invalid = Invalid::new("it must begin with `https://` or `http://`");
        if text.contains("://") || text.is_empty() {
            invalid
        } else {
            invalid.hint(format!("for example `https://{text}`"))
        }
    })
}

fn check_authority(authority: &str) -> Result<(), Invalid> {
    if authority.contains('@') {
        return Err(Invalid::new("no user and no password in a URL")
            .hint("a spec holds no secrets; allow the hosts by their addresses instead")
            .secret());
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if port.is_some_and(|port| !matches!(port.parse::<u16>(), Ok(1..))) {
        return Err(Invalid::new("the port must be a number from 1 to 65535"));
    }
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err(Invalid::new("the brackets must hold an IPv6 address")),
        };
    }
    length(host, 253).map_err(|_| Invalid::new("it names no host"))?;
    only(host, |c| c.is_ascii_alphanumeric() || "-.".contains(c), "letters, digits, `-` and `.`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls() {
        for sound in ["https://m.example", "http://10.0.0.1:5000/v2/", "https://[fd00::1]:443/x"] {
            assert_eq!(base_url(sound), Ok(sound.trim_end_matches('/').to_owned()));
        }
        for bad in [
            "",
            "m.example",
            "ftp://m.example",
            "https://",
            "https://:80",
            "https://a:0",
            "https://a:b",
            "https://u:p@a",
            "https://a/?q",
            "https://a/b c",
            "https://a/$(id)",
            "https://[a]",
            "https://a'",
        ] {
            assert!(base_url(bad).is_err(), "{bad:?}");
        }
    }
}
