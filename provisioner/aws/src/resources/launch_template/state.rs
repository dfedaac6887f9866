//! A launch template as AWS has it.

use crate::difference::Tags;

#[derive(Debug, Clone)]
pub(crate) struct TemplateState {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The newest version, and what is in it.
    pub(crate) version: i64,
    pub(crate) content: Content,
    pub(crate) tags: Tags,
}

/// What instances are started with. Their tags are not among it: those are changed on the instances themselves,
/// and no node is replaced for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) device: String,
    pub(crate) volume: String,
    pub(crate) security_groups: Vec<String>,
    pub(crate) ssh_key: Option<String>,
    /// In Base64, as AWS has it.
    pub(crate) user_data: Option<String>,
    pub(crate) imds: String,
}
