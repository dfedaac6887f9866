//! The format of `known_hosts` files (sshd(8), `SSH_KNOWN_HOSTS FILE FORMAT`). No I/O.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use camino::{Utf8Path, Utf8PathBuf};
use russh::keys::PublicKey;

use crate::pattern;

/// One line that says something about the keys of hosts.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) file: Utf8PathBuf,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) marker: Marker,
    hosts: String,
    pub(crate) key: PublicKey,
}

/// The word with an `@` that a line may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    /// No mark: a host has this key.
    Key,
    /// A certificate authority; says nothing about a bare key.
    Authority,
    /// The key must never be accepted.
    Revoked,
}

/// The entries of a file. Lines that make no sense are passed over, as OpenSSH does: one odd line
/// must not lock the user out of every other host.
pub(crate) fn parse(text: &str, file: &Utf8Path) -> Vec<Entry> {
    text.lines().enumerate().filter_map(|(index, line)| parse_line(line, file, index + 1)).collect()
}

fn parse_line(text: &str, file: &Utf8Path, line: usize) -> Option<Entry> {
    let mut words = text.split_whitespace().peekable();
    if words.peek()?.starts_with('#') {
        return None;
    }
    let marker = match *words.peek()? {
        "@cert-authority" => Marker::Authority,
        "@revoked" => Marker::Revoked,
        word if word.starts_with('@') => return None,
        _ => Marker::Key,
    };
    if marker != Marker::Key {
        words.next();
    }
    let hosts = words.next()?.to_owned();
    let (algorithm, key) = (words.next()?, words.next()?);
    let key = PublicKey::from_openssh(&format!("{algorithm} {key}")).ok()?;
    Some(Entry { file: file.to_owned(), line, marker, hosts, key })
}

impl Entry {
    /// Whether the line speaks of the host, called as [`host_pattern`] calls it.
    pub(crate) fn is_about(&self, host: &str) -> bool {
        if self.hosts.starts_with('|') {
            return matches_hash(&self.hosts, host);
        }
        pattern::matches_list(self.hosts.split(','), host)
    }
}

/// How a `known_hosts` file calls a host: its name, or `[name]:port` where the port is not 22.
pub(crate) fn host_pattern(host: &str, port: u16) -> String {
    let host = host.to_lowercase();
    if port == 22 { host } else { format!("[{host}]:{port}") }
}

/// The line to append for a host's key.
pub(crate) fn format_line(host: &str, port: u16, key: &PublicKey) -> Option<String> {
    let mut key = key.clone();
    key.set_comment("");
    let key = key.to_openssh().ok()?;
    Some(format!("{} {}\n", host_pattern(host, port), key.trim_end()))
}

/// `|1|SALT|HASH`: the HMAC-SHA1 of the host under the salt.
fn matches_hash(hashed: &str, host: &str) -> bool {
    let Some((salt, hash)) = hashed.strip_prefix("|1|").and_then(|rest| rest.split_once('|'))
    else {
        return false;
    };
    let (Ok(salt), Ok(hash)) = (BASE64.decode(salt), BASE64.decode(hash)) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt);
    hmac::verify(&key, host.to_lowercase().as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

    /// The lines of the text that speak of the host, with their marks.
    fn about(text: &str, host: &str) -> Vec<(usize, Marker)> {
        parse(text, Utf8Path::new("known_hosts"))
            .iter()
            .filter(|entry| entry.is_about(host))
            .map(|entry| (entry.line, entry.marker))
            .collect()
    }

    #[test]
    fn lines_with_lists_patterns_marks_and_nonsense() {
        let text = [
            "# a comment",
            "",
            &format!("web1,10.0.0.1\t{ED25519} someone@somewhere"),
            &format!("*.example.com,!db.example.com {ED25519}"),
            &format!("[web1]:2222 {ED25519}"),
            &format!("@revoked * {ED25519}"),
            &format!("@cert-authority *.example.com {ED25519}"),
            &format!("@unknown web1 {ED25519}"),
            "web1 ssh-ed25519 nonsense",
            "web1",
            "web1 1024 37 159",
        ]
        .join("\n");
        assert_eq!(about(&text, "web1"), [(3, Marker::Key), (6, Marker::Revoked)]);
        assert_eq!(about(&text, "10.0.0.1"), [(3, Marker::Key), (6, Marker::Revoked)]);
        assert_eq!(about(&text, "[web1]:2222"), [(5, Marker::Key), (6, Marker::Revoked)]);
        assert_eq!(about(&text, "db.example.com"), [(6, Marker::Revoked), (7, Marker::Authority)]);
        assert_eq!(
            about(&text, "a.example.com"),
            [(4, Marker::Key), (6, Marker::Revoked), (7, Marker::Authority)]
        );
    }

    #[test]
    fn names_hashed_by_openssh() {
        // Made by `ssh-keygen -H` out of `web1`.
        let line =
            format!("|1|mU+Y0eJawNE1yS/1pqkQcrn0s8Q=|kTD1nu+tX1fd7ixJkLQGWHPd6dE= {ED25519}");
        assert_eq!(about(&line, "web1").len(), 1);
        assert_eq!(about(&line, "WEB1").len(), 1);
        assert_eq!(about(&line, "web2").len(), 0);
        assert_eq!(about(&line.replace("kTD1", "kTD2"), "web1").len(), 0);
    }

    #[test]
    fn a_line_that_is_written_is_understood() {
        let key = PublicKey::from_openssh(&format!("{ED25519} comment")).unwrap();
        for (host, port) in [("web1", 22), ("Web1", 22), ("10.0.0.1", 2222), ("fe80::1", 22)] {
            let line = format_line(host, port, &key).unwrap();
            assert!(line.ends_with('\n') && !line.contains("comment"), "{line}");
            assert_eq!(about(&line, &host_pattern(host, port)), [(1, Marker::Key)], "{line}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_there_panics(
            text in "(?s)(@revoked|\\|1\\||ssh-ed25519|AAAA|[\\PC\n ,!*?=|]){0,60}",
            host in "\\PC{0,12}",
        ) {
            about(&text, &host);
        }
    }
}
