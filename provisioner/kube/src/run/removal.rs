use provisioner_engine::Step;

use super::KubeAction;
use super::action::{Action, Removal};
use super::planner::step;
use crate::api::{Entry, Inventory};

/// What takes a whole addon away: what was applied last goes first, and the record of it in the end.
pub(super) fn steps(inventory: &Inventory) -> Vec<Step<KubeAction>> {
    let addon = &inventory.addon;
    let mut steps = removals(addon, &inventory.objects);
    steps.push(step("nothing of it is on record", addon, Action::Forget(addon.clone())));
    steps
}

/// What takes these away, the last one first.
pub(super) fn removals(addon: &str, entries: &[Entry]) -> Vec<Step<KubeAction>> {
    let removal = |entry: &Entry| {
        let Entry { object, found, .. } = entry.clone();
        if object.is_release() {
            let name = format!("the release {} is gone", object.name);
            return step(name, addon, Action::Uninstall(object));
        }
        let name = format!("{object} is {}", if found { "as it was without us" } else { "gone" });
        let removal = Removal { object, found, addon: addon.to_owned() };
        step(name, addon, Action::Remove(removal))
    };
    entries.iter().rev().map(removal).collect()
}
