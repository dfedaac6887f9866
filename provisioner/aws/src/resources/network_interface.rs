//! Network interfaces that others have left behind: the VPC CNI, load balancers, the control plane.

use std::time::Duration;

use aws_sdk_ec2::types::NetworkInterfaceStatus as Status;

use crate::AwsError;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::work::{Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_mins(15);

/// Removes the interfaces that nothing uses any more, and waits for those that AWS takes away itself.
///
/// `filter` and `value` say which: those in a subnet, or those of a security group.
pub(crate) async fn remove_leaked(
    work: &Work<'_>,
    filter: &str,
    value: &str,
) -> Result<(), AwsError> {
    work.until(&format!("network interfaces of {value}"), WITHIN, async || {
        let call = work.clients().ec2.describe_network_interfaces();
        let pages = call.filters(tags::filter(filter, value)).into_paginator().items().send();
        let all = pages.collect::<Result<Vec<_>, _>>().await;
        let all = all.asked(format!("look for network interfaces of {value}"))?;
        let mut held = Vec::new();
        for interface in all {
            let Some(id) = interface.network_interface_id else { continue };
            if interface.status == Some(Status::Available) {
                remove(work, &id).await?;
            } else {
                held.push(format!("{id} ({})", interface.description.unwrap_or_default()));
            }
        }
        Ok(if held.is_empty() { Look::Done(()) } else { Look::NotYet(held.join(", ")) })
    })
    .await
}

async fn remove(work: &Work<'_>, id: &str) -> Result<(), AwsError> {
    let call = work.clients().ec2.delete_network_interface().network_interface_id(id);
    match call.send().await.asked(format!("delete the network interface {id}")).if_found() {
        // Somebody has taken it in the meantime; it is looked at again.
        Err(error) if error.is_in_use() => Ok(()),
        other => other.map(drop),
    }
}

/// The interfaces of nodes that are gone: nothing uses them, but they keep the cluster's own security
/// group, which EKS could then not take away. Those of the control plane go with it.
#[derive(Debug)]
pub(crate) struct FreeInterfaces {
    pub(crate) security_group: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for FreeInterfaces {
    fn target(&self) -> String {
        targets::NETWORK_INTERFACES.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![format!("those of {} that nothing uses", self.security_group)]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let group = &self.security_group;
        let call = work.clients().ec2.describe_network_interfaces();
        let call = call.filters(tags::filter("group-id", group));
        let pages = call.filters(tags::filter("status", "available")).into_paginator().items();
        let all = pages.send().collect::<Result<Vec<_>, _>>().await;
        for interface in all.asked(format!("look for network interfaces of {group}"))? {
            if let Some(id) = interface.network_interface_id {
                remove(work, &id).await?;
            }
        }
        Ok(())
    }
}
