//! Keeps secrets out of events.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "[redacted]";

/// Anything shorter would mask every other word.
const SHORTEST_SECRET: usize = 4;

/// The same for one line of a secret with several; a key's lines are much longer, and a short line
/// tells little.
const SHORTEST_LINE: usize = 8;

/// Line lengths of base64 as `openssl` (64) and coreutils (76) break it.
const BASE64_LINES: [usize; 2] = [64, 76];

/// Masks secrets in text. Clones share their secrets, which can be added at any time.
///
/// A secret is found as it is, line by line, in base64 (also inside something longer that was
/// encoded as a whole), escaped as in JSON and quoted for a shell. Secrets shorter than four
/// characters are ignored.
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Arc<RwLock<Vec<SecretString>>>,
}

impl Redactor {
    /// Masks this secret from now on.
    pub fn add(&self, secret: &SecretString) {
        let forms = forms(secret.expose_secret().trim());
        let mut needles = self.needles.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms {
            if !needles.iter().any(|needle| needle.expose_secret() == form) {
                needles.push(form.into());
            }
        }
    }

    /// The text with every secret masked.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for range in found {
            masked.push_str(&text[end..range.start]);
            masked.push_str(MASK);
            end = range.end;
        }
        masked.push_str(&text[end..]);
        Cow::Owned(masked)
    }

    pub(crate) fn mask_all<'a>(&self, texts: impl IntoIterator<Item = &'a mut String>) {
        for text in texts {
            if let Cow::Owned(masked) = self.mask(text) {
                *text = masked;
            }
        }
    }

    /// Where secrets stand, in order; those that overlap are joined, as masking one of them would
    /// leave a piece of the other.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Range<usize>> = needles
            .iter()
            // A search begins with a look at all of what is searched for, and keys are long.
            .filter(|needle| needle.expose_secret().len() <= text.len())
            .flat_map(|needle| text.match_indices(needle.expose_secret()))
            .map(|(start, part)| start..start + part.len())
            .collect();
        found.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match joined.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        joined
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redactor").finish_non_exhaustive()
    }
}

/// All the ways in which a secret is recognised.
fn forms(secret: &str) -> Vec<String> {
    if secret.chars().count() < SHORTEST_SECRET {
        return Vec::new();
    }
    let mut forms: Vec<String> = [&STANDARD, &URL_SAFE]
        .into_iter()
        .flat_map(|alphabet| base64_forms(alphabet, secret.as_bytes()))
        .collect();
    let lines = secret.lines().map(str::trim).filter(|line| {
        // The frame of a PEM file is no secret.
        line.chars().count() >= SHORTEST_LINE && !line.starts_with("-----")
    });
    for plain in std::iter::once(secret).chain(lines) {
        forms.push(plain.to_owned());
        forms.push(plain.replace('\'', r"'\''"));
        forms.push(json_escaped(plain));
    }
    forms.sort();
    forms.dedup();
    forms
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// What base64 makes of the bytes at each of the three positions they can have in a group, without
/// the digits that depend on their neighbours; and the whole, broken into lines.
fn base64_forms(alphabet: &GeneralPurpose, secret: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        let digits = alphabet.encode(&bytes);
        let core = &digits[(before * 8).div_ceil(6)..bytes.len() * 8 / 6];
        if core.len() >= SHORTEST_SECRET {
            forms.push(core.to_owned());
        }
        for length in BASE64_LINES.into_iter().filter(|length| before == 0 && core.len() > *length)
        {
            let lines = (0..core.len()).step_by(length);
            forms.extend(lines.map(|start| core[start..core.len().min(start + length)].to_owned()));
        }
    }
    forms.retain(|form| form.len() >= SHORTEST_SECRET);
    forms
}
