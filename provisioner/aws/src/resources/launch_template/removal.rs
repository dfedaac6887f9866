//! How a launch template is removed.

use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::work::Work;
use crate::{AwsError, targets};

#[derive(Debug)]
pub(crate) struct LaunchTemplateRemoval {
    pub(crate) group: String,
    pub(crate) id: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for LaunchTemplateRemoval {
    fn target(&self) -> String {
        targets::launch_template(&self.group)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let call = work.clients().ec2.delete_launch_template().launch_template_id(&self.id);
        call.send()
            .await
            .asked(format!("delete the launch template {}", self.id))
            .if_found()
            .map(drop)
    }
}
