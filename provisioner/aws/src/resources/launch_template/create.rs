//! How a launch template is made.

use aws_sdk_ec2::types::ResourceType;

use super::find::find_by_name;
use super::state::TemplateState;
use super::wanted::LaunchTemplate;
use crate::error::Asked as _;
use crate::ownership::{is_ours, not_ours};
use crate::work::Work;
use crate::{AwsError, tags};

impl LaunchTemplate {
    pub(super) async fn create(&self, work: &Work<'_>) -> Result<TemplateState, AwsError> {
        let data = self.request(&work.context.account());
        let call = work.clients().ec2.create_launch_template().launch_template_name(&self.name);
        let call = call.launch_template_data(data);
        let call =
            call.tag_specifications(tags::specification(ResourceType::LaunchTemplate, &self.tags));
        let made = call.send().await.asked(format!("create the launch template {}", self.name));
        match made {
            Ok(answer) => {
                let template = answer.launch_template.ok_or_else(|| crate::silent("a template"))?;
                Ok(TemplateState {
                    id: template.launch_template_id.unwrap_or_default(),
                    name: self.name.clone(),
                    version: template.latest_version_number.unwrap_or(1),
                    content: self.wanted(&work.context.account()),
                    tags: self.tags.clone(),
                })
            }
            Err(error) if error.code().contains("AlreadyExists") => {
                let template = find_by_name(work.context, &self.name).await?.ok_or(error)?;
                if is_ours(&template.tags, work.names()) {
                    return Ok(template);
                }
                Err(not_ours(format!("the launch template {}", self.name), &template.tags))
            }
            Err(error) => Err(error),
        }
    }
}
