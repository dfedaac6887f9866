use super::recipes::{BETWEEN, HELPERS, RECIPES};
use super::world::World;
use crate::preflight::catalogue;
use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../../../../docs/preflight.md");

#[test]
fn nothing_is_wrong_with_fresh_hosts() {
    assert_eq!(World::healthy().lines(), [""; 0]);
}

#[test]
fn nothing_is_wrong_with_a_running_cluster() {
    assert_eq!(World::converged().lines(), [""; 0]);
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let ids: BTreeSet<_> = catalogue().iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), catalogue().len());
    let kebab = |id: &&str| id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    assert!(ids.iter().all(kebab), "{ids:?}");
}

#[test]
fn every_check_is_documented_as_it_is() {
    for check in catalogue() {
        let cell = |text: &str| format!("| {text} |");
        assert!(DOCUMENT.contains(&cell(&format!("`{}`", check.id))), "{} is missing", check.id);
        for text in [check.about, check.why, check.remedy] {
            assert!(DOCUMENT.contains(&cell(text)), "{}: {text:?} is missing", check.id);
        }
    }
}

#[test]
fn how_to_provoke_a_check_is_documented_as_it_is_tested() {
    assert!(DOCUMENT.contains(HELPERS));
    for recipe in RECIPES.iter().chain(BETWEEN) {
        let text = format!("# {}\n{}\n", recipe.id, recipe.commands);
        assert!(DOCUMENT.contains(&text), "{text:?} is missing");
    }
    for check in catalogue() {
        let recipe = DOCUMENT.contains(&format!("# {}\n", check.id));
        let words = DOCUMENT.contains(&format!("- `{}`: ", check.id));
        assert!(recipe || words, "{}: how to make it fire is missing", check.id);
    }
}
