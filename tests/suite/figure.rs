use std::fmt::Display;

/// Shows what was measured, one line each: `figure: story: up: 63.2 s`.
pub fn figure(scenario: &str, what: &str, value: impl Display) {
    println!("figure: {scenario}: {what}: {value}");
}
