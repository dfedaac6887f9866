//! Reading a configuration with what it includes.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::directive::{self, Directive};
use super::tokens::home_relative;
use crate::pattern;

/// OpenSSH gives up at the same depth (`READCONF_MAX_DEPTH`).
const MAX_DEPTH: usize = 16;

/// Reads a configuration file, every `Include` replaced by the files it names. A missing file is
/// an empty one. Relative names are below `~/.ssh`; wildcards are understood in the last part of
/// a name.
///
/// A file included below a `Host` line belongs to that host up to its own first `Host` line.
///
/// # Errors
/// A file exists, but cannot be read.
pub fn read(file: &Utf8Path, home: &Utf8Path) -> io::Result<String> {
    read_nested(file, home, 0)
}

fn read_nested(file: &Utf8Path, home: &Utf8Path, depth: usize) -> io::Result<String> {
    let text = match fs_err::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        read => read?,
    };
    let mut result = String::new();
    // The line to say again after an included file, so that what follows it belongs where it did.
    let mut section = "Host *";
    for line in text.lines() {
        match directive::parse_line(line) {
            Some(Directive { keyword, arguments }) if keyword == "include" => {
                if depth == MAX_DEPTH {
                    return Err(io::Error::other(format!("{file} includes itself")));
                }
                for included in arguments.iter().flat_map(|name| included_files(name, home)) {
                    result += &read_nested(&included, home, depth + 1)?;
                }
                result.extend([section, "\n"]);
            }
            Some(Directive { keyword, .. }) if keyword == "host" || keyword == "match" => {
                section = line;
                result.extend([line, "\n"]);
            }
            _ => result.extend([line, "\n"]),
        }
    }
    Ok(result)
}

/// The files that a name with wildcards stands for, in order.
fn included_files(name: &str, home: &Utf8Path) -> Vec<Utf8PathBuf> {
    let path = home.join(".ssh").join(home_relative(name, home));
    let (Some(directory), Some(wanted)) = (path.parent(), path.file_name()) else {
        return Vec::new();
    };
    if !wanted.contains(['*', '?']) {
        return vec![path];
    }
    let Ok(entries) = directory.read_dir_utf8() else {
        return Vec::new();
    };
    let mut files: Vec<Utf8PathBuf> = entries
        .flatten()
        .filter(|entry| !entry.file_name().starts_with('.'))
        .filter(|entry| pattern::matches(wanted, entry.file_name()))
        .map(|entry| entry.path().to_owned())
        .collect();
    files.sort();
    files
}
