//! What the resources of a cluster have in common.

use std::fmt;

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::work::Work;

/// A part of the cluster that the spec asks for.
#[async_trait::async_trait]
pub(crate) trait Resource: Send + Sync + fmt::Debug {
    /// What it is called in plans and events: `subnet public-us-west-2a`.
    fn target(&self) -> String;

    /// What must be there first. What is not a part of this cluster does not count.
    fn after(&self, account: &Account) -> Vec<String>;

    /// What is different from what is wanted.
    ///
    /// # Errors
    /// What is wanted cannot be brought about.
    fn difference(&self, account: &Account) -> Result<Difference, AwsError>;

    /// Makes it as wanted, and waits until it is ready for what comes after it.
    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError>;
}

/// A part of the cluster that exists and has to go.
#[async_trait::async_trait]
pub(crate) trait Removal: Send + Sync + fmt::Debug {
    fn target(&self) -> String;

    /// What must be gone first: nothing, of what nothing else is built on.
    fn after(&self) -> Vec<String> {
        Vec::new()
    }

    /// What goes, a line each.
    fn goes(&self) -> Vec<String>;

    /// Removes it, and waits until it is gone. What is gone already is no error.
    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError>;
}
