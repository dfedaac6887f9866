//! What the resources of a cluster are called, and how they are known again.

use provisioner_spec::EksCluster;

use crate::digest::digest;
use crate::spec_tags::{self, Tags};

/// Says of which cluster a resource is a part.
pub(crate) const CLUSTER_TAG: &str = "provisioner.dev/cluster";
/// Says which part it is.
pub(crate) const RESOURCE_TAG: &str = "provisioner.dev/resource";

/// What consoles show.
const NAME_TAG: &str = "Name";
/// How long the name of a role may be.
const ROLE_NAME: usize = 64;
/// How long the digest is that a shortened name ends with.
const DIGEST: usize = 9;

/// Names and tags of one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    cluster: String,
    region: String,
    tags: Tags,
}

impl Names {
    pub(crate) fn new(cluster: &EksCluster) -> Self {
        Self {
            cluster: cluster.name.clone(),
            region: cluster.eks.region.clone(),
            tags: cluster.eks.tags.clone(),
        }
    }

    pub(crate) fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The tags of a resource that the spec asks for: the user's and ours.
    pub(crate) fn tags(&self, resource: &str) -> Tags {
        self.tags_with(resource, &Tags::new())
    }

    /// As [`Names::tags`], with tags that the spec asks for this resource alone.
    pub(crate) fn tags_with(&self, resource: &str, own: &Tags) -> Tags {
        let mut of_spec = self.tags.clone();
        of_spec.extend(own.clone());
        let mut tags = spec_tags::remembered(of_spec);
        if !own.contains_key(NAME_TAG) {
            tags.insert(NAME_TAG.to_owned(), format!("{}/{resource}", self.cluster));
        }
        tags.insert(CLUSTER_TAG.to_owned(), self.cluster.clone());
        tags.insert(RESOURCE_TAG.to_owned(), resource.to_owned());
        tags
    }

    /// The name of an IAM role. Those are known in the whole account, so the region is part of it;
    /// there is room for 64 characters.
    pub(crate) fn role(&self, purpose: &str) -> String {
        shortened(&format!("{}-{}-{purpose}", self.cluster, self.region), ROLE_NAME)
    }

    /// What the names of all roles begin with, also of those that are shortened.
    pub(crate) fn role_prefix(&self) -> String {
        let mut prefix = format!("{}-{}-", self.cluster, self.region);
        prefix.truncate(ROLE_NAME - DIGEST);
        prefix
    }

    /// What a role says of itself in lists, where its tags are not shown.
    pub(crate) fn role_description(&self, purpose: &str) -> String {
        format!("{purpose} of the EKS cluster {} in {}", self.cluster, self.region)
    }

    /// The name of the security group of the control plane.
    pub(crate) fn security_group(&self) -> String {
        format!("{}-control-plane", self.cluster)
    }

    /// The name of the security group through which the nodes of a group are reached by SSH.
    pub(crate) fn ssh_group(&self, group: &str) -> String {
        format!("{}-{group}-ssh", self.cluster)
    }

    /// What the names of all security groups are like; nothing else of a name is a pattern.
    pub(crate) fn security_groups(&self) -> String {
        format!("{}-*", self.cluster)
    }

    /// The name of a launch template (128 characters).
    pub(crate) fn launch_template(&self, group: &str) -> String {
        shortened(&format!("{}-{group}", self.cluster), 128)
    }
}

/// The name itself, or as much of it as there is room for with a digest of the whole.
fn shortened(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    format!("{}-{}", &name[..most - DIGEST], digest(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_apart() {
        let long = "a".repeat(80);
        let (one, other) =
            (shortened(&format!("{long}-x"), 64), shortened(&format!("{long}-y"), 64));
        assert_eq!((one.len(), other.len()), (64, 64));
        assert_ne!(one, other);
        assert_eq!(shortened("short", 64), "short");
        assert_eq!(digest("short").len() + 1, DIGEST);
    }
}
