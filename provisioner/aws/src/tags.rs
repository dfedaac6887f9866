//! Tags in the forms that the services have for them.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use crate::difference::Tags;
use crate::error::Asked as _;
use crate::{AwsError, Clients};

/// The tags that something of EC2 is made with.
pub(crate) fn specification(kind: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(kind).set_tags(Some(ec2_tags(tags))).build()
}

fn ec2_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// What EC2 has, as a map.
pub(crate) fn from_ec2(tags: Option<Vec<Tag>>) -> Tags {
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    tags.into_iter().flatten().filter_map(pair).collect()
}

/// A condition of a describe.
pub(crate) fn filter(name: &str, value: impl Into<String>) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// Sets the tags of something of EC2.
pub(crate) async fn set_ec2(clients: &Clients, id: &str, tags: &Tags) -> Result<(), AwsError> {
    let call = clients.ec2.create_tags().resources(id).set_tags(Some(ec2_tags(tags)));
    call.send().await.asked(format!("tag {id}")).map(drop)
}

/// Sets the tags of something of EKS.
pub(crate) async fn set_eks(clients: &Clients, arn: &str, tags: &Tags) -> Result<(), AwsError> {
    let tags = tags.clone().into_iter().collect();
    let call = clients.eks.tag_resource().resource_arn(arn).set_tags(Some(tags));
    call.send().await.asked(format!("tag {arn}")).map(drop)
}

/// The form that IAM has.
pub(crate) fn to_iam(tags: &Tags) -> Vec<aws_sdk_iam::types::Tag> {
    let tag = |(key, value): (&String, &String)| {
        aws_sdk_iam::types::Tag::builder().key(key).value(value).build().ok()
    };
    tags.iter().filter_map(tag).collect()
}

pub(crate) fn from_iam(tags: Option<Vec<aws_sdk_iam::types::Tag>>) -> Tags {
    tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}
