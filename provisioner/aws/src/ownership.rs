//! Whose something is: what somebody else has made, or what is in another account, is not touched.

use crate::error::Asked as _;
use crate::layout::CLUSTER_ROLE;
use crate::names::{CLUSTER_TAG, Names};
use crate::resources::cluster::{self, ClusterState};
use crate::spec_tags::Tags;
use crate::work::Context;
use crate::{AwsError, Identity, tags};

/// The cluster of the spec's name, if there is one.
///
/// # Errors
/// The credentials are those of another account than the spec's; or somebody else has made the cluster.
pub(crate) async fn own_cluster(context: &Context) -> Result<Option<ClusterState>, AwsError> {
    check_account(context, &context.clients.identity().await?)?;
    let Some(cluster) = cluster::find(context).await? else { return Ok(None) };
    let vpc = match &cluster.vpc {
        Some(id) if !cluster.tags.contains_key(CLUSTER_TAG) => tags_of_vpc(context, id).await?,
        _ => Tags::new(),
    };
    refuse_others(&context.names, &cluster, &vpc)?;
    Ok(Some(cluster))
}

/// Refuses credentials of another account than that of the spec.
pub(crate) fn check_account(context: &Context, identity: &Identity) -> Result<(), AwsError> {
    match &context.cluster.eks.account {
        Some(wanted) if *wanted != identity.account => {
            Err(AwsError::OtherAccount { found: identity.account.clone(), wanted: wanted.clone() })
        }
        _ => Ok(()),
    }
}

/// Refuses a cluster of that name that somebody else has made. One that has lost its tag is known by the role
/// or the VPC that were made for it; `vpc` are the tags of the VPC that it is in.
pub(crate) fn refuse_others(
    names: &Names,
    cluster: &ClusterState,
    vpc: &Tags,
) -> Result<(), AwsError> {
    let has_our_role = || cluster.role.ends_with(&format!("role/{}", names.role(CLUSTER_ROLE)));
    let has_lost_its_tag = !cluster.tags.contains_key(CLUSTER_TAG);
    if is_ours(&cluster.tags, names) || has_lost_its_tag && (is_ours(vpc, names) || has_our_role())
    {
        return Ok(());
    }
    Err(not_ours(format!("the cluster {}", names.cluster()), &cluster.tags))
}

/// Whether tags say that something is a part of this cluster.
pub(crate) fn is_ours(tags: &Tags, names: &Names) -> bool {
    tags.get(CLUSTER_TAG).map(String::as_str) == Some(names.cluster())
}

/// What is said of something with one of our names that is not ours.
pub(crate) fn not_ours(what: impl Into<String>, tags: &Tags) -> AwsError {
    let why = match tags.get(CLUSTER_TAG) {
        Some(owner) => format!("it belongs to the cluster {owner}"),
        None => format!("it has no tag {CLUSTER_TAG}, so it was made by somebody else"),
    };
    AwsError::NotOurs { what: what.into(), why }
}

async fn tags_of_vpc(context: &Context, id: &str) -> Result<Tags, AwsError> {
    let call = context.clients.ec2.describe_vpcs().filters(tags::filter("vpc-id", id));
    let answer = call.send().await.asked(format!("look at the VPC {id}"))?;
    let vpc = answer.vpcs.into_iter().flatten().next();
    Ok(tags::from_ec2(vpc.and_then(|vpc| vpc.tags)))
}
