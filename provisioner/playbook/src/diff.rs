//! What would change in a file, as people read it.

use similar::TextDiff;

/// At most so many lines are shown.
const BOUND: usize = 60;

/// A unified diff with three lines of context; empty where nothing differs.
pub fn unified(path: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let diff = TextDiff::from_lines(before, after);
    let from = if before.is_empty() { "/dev/null" } else { path };
    let text = diff.unified_diff().context_radius(3).header(from, path).to_string();
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= BOUND {
        return text;
    }
    format!("{}\n... {} more lines\n", lines[..BOUND].join("\n"), lines.len() - BOUND)
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn a_changed_line_with_its_surroundings() {
        insta::assert_snapshot!(unified("/etc/x", "a\nb\nc\n", "a\nB\nc\n"), @r"
        --- /etc/x
        +++ /etc/x
        @@ -1,3 +1,3 @@
         a
        -b
        +B
         c
        ");
        assert_eq!(unified("/etc/x", "a\n", "a\n"), "");
    }

    #[test]
    fn long_ones_are_bounded() {
        let lines: Vec<String> = (0..500).map(|line| line.to_string()).collect();
        let long = format!("{}\n", lines.join("\n"));
        let text = unified("/etc/x", "", &long);
        assert_eq!(text.lines().count(), 61);
        assert!(text.ends_with("... 443 more lines\n"), "{text}");
    }
}
