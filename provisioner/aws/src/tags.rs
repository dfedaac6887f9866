//! Tags in the forms that the services have for them.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use crate::error::Asked as _;
use crate::spec_tags::Tags;
use crate::{AwsError, Clients, spec_tags};

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

/// Makes the tags of something of EC2 those of the spec. What was dropped goes first: a run that is cut off then
/// still remembers it.
pub(crate) async fn set_ec2(
    clients: &Clients,
    id: &str,
    is: &Tags,
    wanted: &Tags,
) -> Result<(), AwsError> {
    let key = |key: &String| Tag::builder().key(key).build();
    let dropped: Vec<_> = spec_tags::dropped(is, wanted).map(key).collect();
    if !dropped.is_empty() {
        let call = clients.ec2.delete_tags().resources(id).set_tags(Some(dropped));
        call.send().await.asked(format!("take tags from {id}"))?;
    }
    if are_set(is, wanted) {
        return Ok(());
    }
    let call = clients.ec2.create_tags().resources(id).set_tags(Some(ec2_tags(wanted)));
    call.send().await.asked(format!("tag {id}")).map(drop)
}

/// Makes the tags of something of EKS those of the spec.
pub(crate) async fn set_eks(
    clients: &Clients,
    arn: &str,
    is: &Tags,
    wanted: &Tags,
) -> Result<(), AwsError> {
    let dropped: Vec<_> = spec_tags::dropped(is, wanted).cloned().collect();
    if !dropped.is_empty() {
        let call = clients.eks.untag_resource().resource_arn(arn).set_tag_keys(Some(dropped));
        call.send().await.asked(format!("take tags from {arn}"))?;
    }
    if are_set(is, wanted) {
        return Ok(());
    }
    let wanted = wanted.clone().into_iter().collect();
    let call = clients.eks.tag_resource().resource_arn(arn).set_tags(Some(wanted));
    call.send().await.asked(format!("tag {arn}")).map(drop)
}

/// Makes the tags of a role those of the spec.
pub(crate) async fn set_role(
    clients: &Clients,
    role: &str,
    is: &Tags,
    wanted: &Tags,
) -> Result<(), AwsError> {
    let dropped: Vec<_> = spec_tags::dropped(is, wanted).cloned().collect();
    if !dropped.is_empty() {
        let call = clients.iam.untag_role().role_name(role).set_tag_keys(Some(dropped));
        call.send().await.asked(format!("take tags from the role {role}"))?;
    }
    if are_set(is, wanted) {
        return Ok(());
    }
    let call = clients.iam.tag_role().role_name(role).set_tags(Some(to_iam(wanted)));
    call.send().await.asked(format!("tag the role {role}")).map(drop)
}

/// Makes the tags of an OIDC provider those of the spec.
pub(crate) async fn set_oidc_provider(
    clients: &Clients,
    arn: &str,
    is: &Tags,
    wanted: &Tags,
) -> Result<(), AwsError> {
    let dropped: Vec<_> = spec_tags::dropped(is, wanted).cloned().collect();
    if !dropped.is_empty() {
        let call = clients.iam.untag_open_id_connect_provider();
        let call = call.open_id_connect_provider_arn(arn).set_tag_keys(Some(dropped));
        call.send().await.asked("take tags from the OIDC provider")?;
    }
    if are_set(is, wanted) {
        return Ok(());
    }
    let call = clients.iam.tag_open_id_connect_provider().open_id_connect_provider_arn(arn);
    let call = call.set_tags(Some(to_iam(wanted)));
    call.send().await.asked("tag the OIDC provider").map(drop)
}

fn are_set(is: &Tags, wanted: &Tags) -> bool {
    wanted.iter().all(|(key, value)| is.get(key) == Some(value))
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
