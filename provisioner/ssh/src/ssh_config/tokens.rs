//! `%h` and its like, and `~`.

use camino::{Utf8Path, Utf8PathBuf};

/// What a configuration may refer to on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The user's home directory: `~`, `%d`.
    pub home: &'a Utf8Path,
    /// The user's name here: `%u`, and whom to log in as where nothing else is said.
    pub user: &'a str,
}

/// What the tokens of one host stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens<'a> {
    pub(crate) surroundings: Surroundings<'a>,
    /// `%n`: the host as it was asked for.
    pub(crate) original: &'a str,
    /// `%h`: its address.
    pub(crate) host: &'a str,
    /// `%p`.
    pub(crate) port: u16,
    /// `%r`.
    pub(crate) user: &'a str,
}

impl Tokens<'_> {
    /// The text with its tokens replaced; unknown ones stay as they are.
    pub(crate) fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                expanded.push(letter);
                continue;
            }
            match letters.next() {
                Some('%') | None => expanded.push('%'),
                Some('h') => expanded.push_str(self.host),
                Some('n') => expanded.push_str(self.original),
                Some('p') => expanded.push_str(&self.port.to_string()),
                Some('r') => expanded.push_str(self.user),
                Some('u') => expanded.push_str(self.surroundings.user),
                Some('d') => expanded.push_str(self.surroundings.home.as_str()),
                Some(other) => expanded.extend(['%', other]),
            }
        }
        expanded
    }

    /// The path with its tokens and a leading `~` replaced.
    pub(crate) fn expand_path(&self, path: &str) -> Utf8PathBuf {
        home_relative(&self.expand(path), self.surroundings.home)
    }
}

/// The path with a leading `~/` replaced.
pub(crate) fn home_relative(path: &str, home: &Utf8Path) -> Utf8PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None if path == "~" => home.to_owned(),
        None => path.into(),
    }
}
