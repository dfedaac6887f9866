use super::{Eks, ServiceAccount};
use crate::model::{Addon, Charts};
use ipnet::IpNet;
use semver::Version;
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, fmt};

/// One cluster on EKS, as its spec describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EksCluster {
    // The document keeps it in `metadata`.
    #[serde(skip_serializing)]
    pub name: String,
    pub kubernetes: EksKubernetes,
    pub network: EksNetwork,
    pub eks: Eks,
    pub charts: Charts,
    pub addons: BTreeMap<String, Addon>,
}

impl EksCluster {
    /// Whether an addon of the program is enabled.
    pub(crate) fn enables(&self, addon: &str) -> bool {
        self.addons.get(addon).is_some_and(|addon| addon.enabled)
    }

    /// The ARN of the role that a service account assumes through the OIDC provider (IRSA), where the
    /// spec says all of it.
    pub fn service_account_role(&self, namespace: &str, name: &str) -> Option<String> {
        let is_it = |one: &&ServiceAccount| one.namespace == namespace && one.name == name;
        let role = self.eks.service_accounts.iter().find(is_it)?.role_name.as_ref()?;
        let account = self.eks.account.as_ref()?;
        Some(format!("arn:{}:iam::{account}:role/{role}", self.eks.partition()))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EksKubernetes {
    /// Without one, AWS takes what is its default then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<EksVersion>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EksNetwork {
    /// AWS chooses one that does not overlap with the VPC, where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_cidr: Option<IpNet>,
}

/// A version as EKS counts them: 1.36. It chooses the patch itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EksVersion {
    pub minor: u64,
}

impl fmt::Display for EksVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

/// Its first patch: what is for the minor version is for that.
impl From<EksVersion> for Version {
    fn from(version: EksVersion) -> Self {
        Self::new(1, version.minor, 0)
    }
}

impl std::str::FromStr for EksVersion {
    type Err = ();

    /// Reads `1.36`, and `1.36.2` or `v1.36.2` as the same.
    fn from_str(text: &str) -> Result<Self, ()> {
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.").ok_or(())?;
        let (minor, patch) = rest.split_once('.').unwrap_or((rest, "0"));
        let number = |text: &str| text.parse::<u64>().map_err(|_| ());
        number(patch)?;
        Ok(Self { minor: number(minor)? })
    }
}

impl Serialize for EksVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
