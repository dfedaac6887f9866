//! What is different from what is wanted.

use super::texts::readable;
use super::wanted::LaunchTemplate;
use crate::account::Account;
use crate::difference::{Difference, Tags};

impl LaunchTemplate {
    pub(super) fn compared(&self, account: &Account) -> Difference {
        let wanted = self.wanted(account);
        let Some(template) = account.templates.get(&self.group.name) else {
            return Difference::create()
                .with("name", &self.name)
                .with("device", wanted.device)
                .with("volume", wanted.volume)
                .with("securityGroups", &wanted.security_groups)
                .with("sshKey", wanted.ssh_key)
                .with("userData", wanted.user_data.as_deref().map(readable))
                .with("imds", wanted.imds)
                .tags(&Tags::new(), &self.tags);
        };
        let is = &template.content;
        let text = |data: &Option<String>| data.as_deref().map(readable);
        Difference::of_existing()
            .field("device", &is.device, wanted.device)
            .field("volume", &is.volume, wanted.volume)
            .field("securityGroups", &is.security_groups, &wanted.security_groups)
            .field("sshKey", is.ssh_key.as_ref(), wanted.ssh_key)
            .field("userData", text(&is.user_data), text(&wanted.user_data))
            .field("imds", &is.imds, wanted.imds)
            .tags(&template.tags, &self.tags)
    }
}
