//! Authentication modes: a cluster goes from one to the next, and never back ("Change authentication mode").

const MODES: [&str; 3] = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

fn place(mode: &str) -> Option<usize> {
    MODES.iter().position(|one| *one == mode)
}

/// The modes that a cluster goes through from one to another; without one, it has the first.
pub(super) fn modes_between(is: Option<&str>, wanted: &str) -> &'static [&'static str] {
    let is = is.and_then(place).unwrap_or(0);
    let wanted = place(wanted).unwrap_or(0);
    MODES.get(is + 1..=wanted).unwrap_or_default()
}

/// Whether that would be a way back.
pub(super) fn is_behind(wanted: &str, is: &str) -> bool {
    place(wanted) < place(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mode_is_left_out_on_the_way() {
        assert_eq!(modes_between(Some("CONFIG_MAP"), "API"), ["API_AND_CONFIG_MAP", "API"]);
        assert_eq!(modes_between(None, "API_AND_CONFIG_MAP"), ["API_AND_CONFIG_MAP"]);
        assert_eq!(modes_between(Some("API_AND_CONFIG_MAP"), "API"), ["API"]);
        assert_eq!(modes_between(Some("API"), "API"), [""; 0]);
        assert_eq!(modes_between(Some("API"), "API_AND_CONFIG_MAP"), [""; 0]);
        assert!(is_behind("API_AND_CONFIG_MAP", "API") && !is_behind("API", "API"));
    }
}
