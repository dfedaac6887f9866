use crate::diagnostic::{Fault, Located};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// What was found wrong so far, and where each part of the spec stands.
#[derive(Debug, Default)]
pub(crate) struct Report {
    faults: RefCell<Vec<Located>>,
    places: RefCell<HashMap<String, Range<usize>>>,
    /// The parts that hold a placeholder instead of what was meant.
    unsound: RefCell<BTreeSet<String>>,
}

impl Report {
    pub(crate) fn add(&self, span: Range<usize>, fault: Fault) {
        self.faults.borrow_mut().push(Located { span, fault });
    }

    /// Adds a fault at a path such as `spec.hosts.workers[0].name`; where the spec does not say it,
    /// at the nearest part around it.
    pub(crate) fn add_at(&self, path: &str, fault: Fault) {
        self.add(self.place(path), fault);
    }

    pub(super) fn remember(&self, path: &str, span: Range<usize>) {
        self.places.borrow_mut().insert(path.to_owned(), span);
    }

    pub(super) fn mark_unsound(&self, path: &str) {
        self.unsound.borrow_mut().insert(path.to_owned());
    }

    /// Whether the value at this path is what the spec means.
    pub(crate) fn is_sound(&self, path: &str) -> bool {
        let unsound = self.unsound.borrow();
        std::iter::successors(Some(path), |path| parent(path)).all(|path| !unsound.contains(path))
    }

    /// Whether the spec itself has something at this path.
    pub(crate) fn is_given(&self, path: &str) -> bool {
        self.places.borrow().contains_key(path)
    }

    pub(crate) fn place(&self, path: &str) -> Range<usize> {
        let places = self.places.borrow();
        std::iter::successors(Some(path), |path| parent(path))
            .find_map(|path| places.get(path).cloned())
            .unwrap_or(0..0)
    }

    pub(crate) fn into_faults(self) -> Vec<Located> {
        self.faults.into_inner()
    }
}

fn parent(path: &str) -> Option<&str> {
    path.rfind(['.', '[']).map(|end| &path[..end])
}
