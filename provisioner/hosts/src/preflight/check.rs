use super::finding::Report;
use super::input::Input;

/// One check: what it asserts, why that matters, and what to do when it does not hold.
#[derive(Debug)]
pub struct Check {
    /// Kebab-case; stays the same from version to version.
    pub id: &'static str,
    /// What holds when nothing is found.
    pub about: &'static str,
    pub why: &'static str,
    pub remedy: &'static str,
    pub(super) run: fn(&Input<'_>, &mut Report),
}
