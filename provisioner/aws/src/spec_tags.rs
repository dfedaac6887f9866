//! Which tags of a resource come from the spec: those go when the spec drops them, all others are left to
//! whoever has set them.
//!
//! A tag remembers them, by the digests of their keys: a value has room for 256 characters, and not for all that
//! a key may hold.

use std::collections::BTreeMap;

use crate::digest::digest;

/// Tags, as AWS has them.
pub(crate) type Tags = BTreeMap<String, String>;

/// Says which tags come from the spec.
const MEMORY: &str = "provisioner.dev/tags";
/// What all tags begin with that are this program's own.
const OWN: &str = "provisioner.dev/";
const DIGEST: usize = 8;
const ROOM: usize = 256;

/// The tags of the spec, with the one that remembers them.
pub(crate) fn remembered(mut tags: Tags) -> Tags {
    let mut memory: String = tags.keys().map(|key| digest(key)).collect();
    memory.truncate(ROOM);
    if !memory.is_empty() {
        tags.insert(MEMORY.to_owned(), memory);
    }
    tags
}

/// The keys of the tags that the spec no longer asks for.
pub(crate) fn dropped<'a>(is: &'a Tags, wanted: &'a Tags) -> impl Iterator<Item = &'a String> {
    let memory = is.get(MEMORY).map_or("", String::as_str).as_bytes();
    let is_of_spec =
        move |key: &str| memory.chunks(DIGEST).any(|one| one == digest(key).as_bytes());
    let is_dropped = move |key: &&String| {
        !wanted.contains_key(*key) && (key.starts_with(OWN) || is_of_spec(key))
    };
    is.keys().filter(is_dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(keys: &[&str]) -> Tags {
        keys.iter().map(|key| ((*key).to_owned(), String::new())).collect()
    }

    #[test]
    fn what_the_spec_has_asked_for_once_goes_and_nothing_else() {
        let mut is = remembered(tags(&["team", "cost centre", "stage"]));
        is.extend(tags(&["aws:cloudformation:stack-name", "added-by-hand"]));
        let wanted = remembered(tags(&["team"]));
        let dropped: Vec<_> = dropped(&is, &wanted).collect();
        assert_eq!(dropped, ["cost centre", "stage"]);
        let none = Tags::new();
        assert_eq!(super::dropped(&is, &none).count(), 4, "the memory goes with the last one");
        assert_eq!(super::dropped(&tags(&["theirs"]), &none).count(), 0);
    }

    #[test]
    fn a_value_is_never_too_long() {
        let many: Vec<_> = (0..50).map(|number| format!("key-{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(remembered(tags(&many))[MEMORY].len(), ROOM);
        assert!(!remembered(Tags::new()).contains_key(MEMORY));
    }
}
