use crate::{
    AddonSchemas, Known,
    diagnostic::{Fault, Located},
};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// What was found wrong so far, and where each part of the spec stands.
#[derive(Debug)]
pub(crate) struct Report {
    /// What it is held to.
    known: Known,
    faults: RefCell<Vec<Located>>,
    places: RefCell<HashMap<String, Place>>,
    secrets: RefCell<Vec<Range<usize>>>,
    /// The parts that hold a placeholder instead of what was meant.
    unsound: RefCell<BTreeSet<String>>,
}

/// Where an entry of a map stands: for an item of a list, both are the same.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

impl Report {
    pub(crate) fn new(known: Known) -> Self {
        Self {
            known,
            faults: RefCell::default(),
            places: RefCell::default(),
            secrets: RefCell::default(),
            unsound: RefCell::default(),
        }
    }

    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    pub(crate) fn addons(&self) -> &AddonSchemas {
        &self.known.addons
    }

    pub(crate) fn add(&self, span: Range<usize>, fault: Fault) {
        self.faults.borrow_mut().push(Located { span, fault });
    }

    /// Adds a fault at a path such as `spec.hosts.workers[0].name`; where the spec does not say it,
    /// at the nearest part around it.
    pub(crate) fn add_at(&self, path: &str, fault: Fault) {
        self.add(self.place(path), fault);
    }

    /// Adds a fault with the key at a path.
    pub(crate) fn add_at_key(&self, path: &str, fault: Fault) {
        self.add(self.nearest_place(path).key, fault);
    }

    /// Keeps a part of the text from being shown.
    pub(super) fn hide(&self, span: Range<usize>) {
        self.secrets.borrow_mut().push(span);
    }

    pub(super) fn remember(&self, path: &str, place: Place) {
        self.places.borrow_mut().insert(path.to_owned(), place);
    }

    pub(super) fn mark_unsound(&self, path: &str) {
        self.unsound.borrow_mut().insert(path.to_owned());
    }

    /// Whether the value at this path is what the spec means.
    pub(crate) fn is_sound(&self, path: &str) -> bool {
        let unsound = self.unsound.borrow();
        std::iter::successors(Some(path), |path| parent(path)).all(|path| !unsound.contains(path))
    }

    /// Whether something below this path is not what the spec means.
    pub(crate) fn is_unsound_within(&self, path: &str) -> bool {
        let below = |unsound: &String| {
            unsound.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        self.unsound.borrow().iter().any(below)
    }

    /// Whether the spec itself has something at this path.
    pub(crate) fn is_given(&self, path: &str) -> bool {
        self.places.borrow().contains_key(path)
    }

    pub(crate) fn place(&self, path: &str) -> Range<usize> {
        self.nearest_place(path).value
    }

    fn nearest_place(&self, path: &str) -> Place {
        let places = self.places.borrow();
        std::iter::successors(Some(path), |path| parent(path))
            .find_map(|path| places.get(path).cloned())
            .unwrap_or(Place { key: 0..0, value: 0..0 })
    }

    /// The faults, and the parts of the text that must not be shown.
    pub(crate) fn finish(self) -> (Vec<Located>, Vec<Range<usize>>) {
        (self.faults.into_inner(), self.secrets.into_inner())
    }
}

fn parent(path: &str) -> Option<&str> {
    path.rfind(['.', '[']).map(|end| &path[..end])
}
