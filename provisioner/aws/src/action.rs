use std::fmt;
use std::sync::Arc;

use crate::resource::{Removal, Resource};

/// What a step of a run on AWS does.
#[derive(Debug, Clone)]
pub struct AwsAction(pub(crate) Action);

#[derive(Clone)]
pub(crate) enum Action {
    /// Looks at the account.
    Read { to_remove: bool },
    /// Makes a resource as the spec wants it.
    Make(Arc<dyn Resource>),
    /// Removes a resource.
    Remove(Arc<dyn Removal>),
    /// Sets the number of nodes of a group.
    Scale { group: String, desired: u32 },
    /// Looks whether anything is left.
    Verify,
}

impl fmt::Debug for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { to_remove } => formatter.debug_tuple("Read").field(to_remove).finish(),
            Self::Make(resource) => {
                formatter.debug_tuple("Make").field(&resource.target()).finish()
            }
            Self::Remove(removal) => {
                formatter.debug_tuple("Remove").field(&removal.target()).finish()
            }
            Self::Scale { group, desired } => {
                formatter.debug_tuple("Scale").field(group).field(desired).finish()
            }
            Self::Verify => formatter.write_str("Verify"),
        }
    }
}
