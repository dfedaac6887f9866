//! Patterns as in `ssh_config(5)`: `*`, `?`, and `!` in front of an entry of a list.

/// Whether `text` matches the one pattern, letter case apart.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut at, mut position) = (0, 0);
    // Where to resume when the text after the last `*` does not fit: that star, and how far it
    // reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, position));
                at += 1;
            }
            Some('?') => (at, position) = (at + 1, position + 1),
            Some(letter) if *letter == text[position] => (at, position) = (at + 1, position + 1),
            _ => match star {
                Some((star_at, reach)) => {
                    star = Some((star_at, reach + 1));
                    (at, position) = (star_at + 1, reach + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// Whether `text` matches one of the patterns and none of those with `!` in front.
pub(crate) fn matches_list<'a>(patterns: impl Iterator<Item = &'a str>, text: &str) -> bool {
    let mut found = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(excluded) if matches(excluded, text) => return false,
            Some(_) => {}
            None => found |= matches(pattern, text),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("web?", "web1", true),
            ("web?", "web", false),
            ("*.example.*", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("HOST", "host", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        }
    }

    #[test]
    fn an_exclusion_wins_wherever_it_stands() {
        assert!(matches_list(["*", "!db*"].into_iter(), "web1"));
        assert!(!matches_list(["*", "!db*"].into_iter(), "db1"));
        assert!(!matches_list(["!db*", "*"].into_iter(), "db1"));
        assert!(!matches_list(["!db*"].into_iter(), "web1"));
    }
}
