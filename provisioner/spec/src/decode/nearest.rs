/// The candidate that was probably meant, if any is near enough.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = plain(written);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&written, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `pod_cidr`, `pod-cidr`, `PodCIDR` and `podCidr` are one and the same mistake.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let keys = ["podCidr", "serviceCidr", "plugin", "proxy", "dns"];
        assert_eq!(nearest("pod_cidr", keys), Some("podCidr"));
        assert_eq!(nearest("plugins", keys), Some("plugin"));
        assert_eq!(nearest("porxy", keys), Some("proxy"));
        assert_eq!(nearest("mtu", keys), None);
    }
}
