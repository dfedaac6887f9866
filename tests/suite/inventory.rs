use crate::TestLab;

/// Runs on the host.
const SCRIPT: &str = include_str!("inventory.sh");

/// Everything that a host has: packages, files, units, settings, network, users; a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory(String);

impl Inventory {
    pub fn of(lab: &TestLab, host: &str) -> Self {
        let mut text = lab.shell(host, SCRIPT);
        text.push('\n');
        // The host need not have a program that shows them. Counters go on.
        for line in lab.network(host, &["nft", "--stateless", "list", "ruleset"]).lines() {
            if !line.starts_with('#') {
                text += &format!("rules {}\n", line.trim());
            }
        }
        Self(text)
    }

    /// What it lacks of another, and has in addition.
    pub fn difference(&self, other: &Self) -> Vec<String> {
        let diff = similar::TextDiff::from_lines(&other.0, &self.0);
        let changes =
            diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
        changes.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
    }
}
