use provisioner_engine::Step;

use super::KubeAction;
use super::action::{Action, Departure, Removal, step};
use crate::api::{Entry, Inventory};

/// What takes a whole addon away: what was applied last goes first, and the record of it in the end.
pub(super) fn steps(inventory: &Inventory) -> Vec<Step<KubeAction>> {
    let addon = &inventory.addon;
    let mut steps = removals(inventory, &inventory.objects);
    steps.push(step("nothing of it is on record", addon, Action::Forget(addon.clone())));
    steps
}

/// What takes these away, of all that is installed; the last one first.
pub(super) fn removals(installed: &Inventory, entries: &[Entry]) -> Vec<Step<KubeAction>> {
    let addon = &installed.addon;
    let removal = |entry: &Entry| {
        let Entry { object, found, .. } = entry.clone();
        if object.is_release() {
            let name = format!("the release {} is gone", object.name);
            let departure = Departure { release: object, addon: addon.to_owned() };
            return step(name, addon, Action::Uninstall(departure));
        }
        let of_others = object.is_namespace() && !lives_in(installed, &object.name);
        let name = match (found, of_others) {
            (true, _) => format!("{object} is as it was without us"),
            (false, true) => format!("{object} is left to those who use it"),
            (false, false) => format!("{object} is gone"),
        };
        let removal = Removal { object, let_go: found || of_others, addon: addon.to_owned() };
        step(name, addon, Action::Remove(removal))
    };
    entries.iter().rev().map(removal).collect()
}

/// Whether a namespace has anything of an addon in it. One that has not was made for others: what is in
/// it is theirs, whatever it is.
fn lives_in(installed: &Inventory, namespace: &str) -> bool {
    installed.objects.iter().any(|entry| entry.object.namespace.as_deref() == Some(namespace))
}
