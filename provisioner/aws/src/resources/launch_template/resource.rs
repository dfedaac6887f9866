//! A launch template among the resources of a cluster.

use super::wanted::LaunchTemplate;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::Asked as _;
use crate::resource::Resource;
use crate::work::Work;
use crate::{AwsError, tags, targets};

#[async_trait::async_trait]
impl Resource for LaunchTemplate {
    fn target(&self) -> String {
        targets::launch_template(&self.group.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        let cluster = self.has_security_groups().then(|| targets::CLUSTER.to_owned());
        let ssh = self.is_reached_by_ssh().then(|| targets::ssh_group(&self.group.name));
        cluster.into_iter().chain(ssh).collect()
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        Ok(self.compared(account))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().templates.get(&self.group.name).cloned();
        let mut template = match existing {
            Some(template) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &template.id, &template.tags, &self.tags).await?;
                }
                template
            }
            None => self.create(work).await?,
        };
        let wanted = self.wanted(&work.context.account());
        if template.content != wanted {
            let data = self.request(&work.context.account());
            let call = work.clients().ec2.create_launch_template_version();
            let call = call.launch_template_id(&template.id).launch_template_data(data);
            let answer = call.send().await.asked(format!("make a version of {}", self.name))?;
            let version = answer.launch_template_version.and_then(|version| version.version_number);
            template.version = version.ok_or_else(|| crate::silent("a launch template version"))?;
            template.content = wanted;
        }
        template.tags.extend(self.tags.clone());
        let name = self.group.name.clone();
        work.context.update(|account| drop(account.templates.insert(name, template)));
        Ok(())
    }
}
