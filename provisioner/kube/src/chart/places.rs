use std::collections::BTreeMap;

/// Where something is looked for, in order: the mirrors of its repository, and then there.
pub(super) fn places<'a>(
    mirrors: &'a BTreeMap<String, Vec<String>>,
    repository: &'a str,
) -> impl Iterator<Item = &'a str> {
    let mirrors = mirrors.get(repository.trim_end_matches('/'));
    mirrors.into_iter().flatten().map(String::as_str).chain([repository])
}
