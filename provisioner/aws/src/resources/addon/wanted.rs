//! An addon that the spec asks for.

use provisioner_spec::EksAddon;
use serde_json::Value;

use super::state::AddonState;
use crate::AwsError;
use crate::account::Account;
use crate::spec_tags::Tags;

/// Addons that run on every node, and are there before the nodes are: all others wait for nodes.
const ON_EVERY_NODE: [&str; 3] = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"];

#[derive(Debug)]
pub(crate) struct Addon {
    pub(crate) name: String,
    pub(crate) spec: EksAddon,
    /// The purpose and the name of the role that is made for it.
    pub(crate) role: Option<(String, String)>,
    /// The node groups of the spec.
    pub(crate) node_groups: Vec<String>,
    /// Its Fargate profiles.
    pub(crate) fargate_profiles: Vec<String>,
    pub(crate) tags: Tags,
}

impl Addon {
    pub(super) fn version(
        &self,
        account: &Account,
        installed: Option<&AddonState>,
    ) -> Result<String, AwsError> {
        let refuse = |why: String, hint: &str| AwsError::NotPossible {
            what: format!("choose a version of the addon {}", self.name),
            why,
            hint: hint.to_owned(),
        };
        if account.addon_versions.is_empty() {
            return Ok("as AWS has it for its version of Kubernetes".to_owned());
        }
        let Some(versions) = account.addon_versions.get(&self.name) else {
            let names: Vec<_> = account.addon_versions.keys().map(String::as_str).collect();
            return Err(refuse("EKS has no addon of that name".to_owned(), &names.join(", ")));
        };
        let installed = installed.map(|addon| addon.version.as_str());
        let Some(version) = versions.wanted(&self.spec.version, installed) else {
            return Err(refuse(
                "there is none for this version of Kubernetes".to_owned(),
                "leave it out",
            ));
        };
        if !versions.all.contains(&version) {
            let why = format!("{version} does not go with this version of Kubernetes");
            return Err(refuse(why, &format!("there are {}", versions.all.join(", "))));
        }
        Ok(version)
    }

    pub(super) fn configuration(&self) -> Option<String> {
        let map = &self.spec.configuration;
        (!map.is_empty()).then(|| Value::Object(map.clone()).to_string())
    }

    pub(super) fn may_be_degraded(&self) -> bool {
        needs_nodes(&self.name) && self.node_groups.is_empty()
    }
}

/// Whether it needs nodes to become ready.
pub(super) fn needs_nodes(name: &str) -> bool {
    !ON_EVERY_NODE.contains(&name)
}
