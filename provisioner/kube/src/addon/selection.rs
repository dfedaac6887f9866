use std::collections::{BTreeMap, BTreeSet};

use provisioner_playbook::holds;

use super::{Addon, Library, Surroundings};
use crate::KubeError;

/// The addons of a cluster, in the order in which they are installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    order: Vec<String>,
    /// What each one waits for, of those that are here.
    before: BTreeMap<String, Vec<String>>,
}

impl Selection {
    /// Those that the spec enables, and those that come with something else that it says.
    ///
    /// # Errors
    /// Addons that need one another.
    pub fn of(cluster: &Surroundings, library: &Library) -> Result<Self, KubeError> {
        let mut chosen: Vec<&Addon> = Vec::new();
        for addon in library.iter() {
            let is_chosen = match &addon.implied_by {
                Some(when) => holds(when, &BTreeMap::new(), &cluster.context).map_err(|path| {
                    KubeError::Definition {
                        path: format!("{}/addon.yaml", addon.name).into(),
                        reason: format!("`{path}` is not in the context"),
                    }
                })?,
                None => cluster.addons.get(&addon.name).is_some_and(|addon| addon.enabled),
            };
            if is_chosen {
                chosen.push(addon);
            }
        }
        Self::ordered(&chosen)
    }

    /// Only those of these names, with what they need; all where no name is given.
    ///
    /// # Errors
    /// A name that is no addon, or of one that is not enabled.
    pub fn only(self, names: &[String], library: &Library) -> Result<Self, KubeError> {
        if names.is_empty() {
            return Ok(self);
        }
        let mut wanted = BTreeSet::new();
        let mut open: Vec<&str> = names.iter().map(String::as_str).collect();
        while let Some(name) = open.pop() {
            let addon = library.get(name)?;
            if !self.contains(name) {
                return Err(KubeError::NotEnabled { name: name.to_owned() });
            }
            if wanted.insert(name.to_owned()) {
                open.extend(addon.needs.iter().map(String::as_str));
            }
        }
        let order = self.order.into_iter().filter(|name| wanted.contains(name)).collect();
        Ok(Self { order, before: self.before })
    }

    pub fn contains(&self, name: &str) -> bool {
        self.before.contains_key(name)
    }

    pub fn names(&self) -> &[String] {
        &self.order
    }

    /// The addons that this one waits for.
    pub(crate) fn before(&self, name: &str) -> &[String] {
        self.before.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    fn ordered(chosen: &[&Addon]) -> Result<Self, KubeError> {
        let names: BTreeSet<&str> = chosen.iter().map(|addon| addon.name.as_str()).collect();
        // Nothing gets an address before the network is there.
        let network: Vec<&str> = chosen
            .iter()
            .filter(|addon| is_network(addon))
            .map(|addon| addon.name.as_str())
            .collect();
        let waits_for = |addon: &&Addon| {
            let network = network.iter().copied().filter(|_| !is_network(addon));
            let wanted = addon.needs.iter().chain(&addon.after).map(String::as_str);
            let all: BTreeSet<String> = network
                .chain(wanted)
                .filter(|name| names.contains(name))
                .map(str::to_owned)
                .collect();
            (addon.name.clone(), all.into_iter().collect::<Vec<_>>())
        };
        let before: BTreeMap<String, Vec<String>> = chosen.iter().map(waits_for).collect();
        let mut order: Vec<String> = Vec::new();
        while order.len() < before.len() {
            let next = before.iter().find(|(name, waits_for)| {
                !order.contains(name) && waits_for.iter().all(|other| order.contains(other))
            });
            if let Some((name, _)) = next {
                order.push(name.clone());
            } else {
                let left = before.keys().filter(|name| !order.contains(name));
                return Err(KubeError::Circle(left.cloned().collect()));
            }
        }
        Ok(Self { order, before })
    }
}

/// It comes with the spec's network plugin.
fn is_network(addon: &Addon) -> bool {
    addon.implied_by.as_ref().is_some_and(|when| when.contains_key("network.plugin"))
}
