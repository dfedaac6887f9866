use std::collections::BTreeMap;

use provisioner_spec::{AddonIdentity, Platform};
use semver::VersionReq;
use serde::Deserialize;
use serde_json::{Map, Value};

/// An addon as its `addon.yaml` describes it. The reference is docs/addons.md.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Addon {
    pub name: String,
    /// What it is, in a line.
    pub about: String,
    /// Of what it installs.
    pub version: String,
    /// Which versions of Kubernetes it is for.
    #[serde(default)]
    pub kubernetes: Option<VersionReq>,
    /// The kinds of clusters that it is for; all of them where none is named.
    #[serde(default)]
    pub(crate) platforms: Vec<Platform>,
    /// The role in IAM that its service account needs on EKS.
    #[serde(default)]
    pub(crate) identity: Option<AddonIdentity>,
    /// The paths of the context and their values that bring it along; without them, the spec names
    /// it.
    #[serde(default)]
    pub(crate) implied_by: Option<BTreeMap<String, Value>>,
    /// Other addons that it does not work without.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Other addons that come first where they are there too.
    #[serde(default)]
    pub(crate) after: Vec<String>,
    /// API versions that it brings along; charts that come later are rendered with them where there is
    /// no cluster to ask.
    #[serde(default)]
    pub(crate) provides: Vec<String>,
    /// Where its objects are that name no namespace.
    pub(crate) namespace: String,
    /// In order; each is ready before the next one begins.
    pub(crate) parts: Vec<Part>,
    /// The JSON Schema of each setting.
    #[serde(default)]
    pub(crate) settings: Map<String, Value>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    /// Images that no manifest of it names, since something that it installs uses them: templates.
    #[serde(default)]
    pub(crate) images: Vec<String>,
    /// What is left in the cluster or on hosts when it is removed.
    #[serde(default)]
    pub keeps: Option<String>,
    /// What `provisioner open` shows, by name.
    #[serde(default)]
    pub open: BTreeMap<String, Door>,
}

/// A piece of an addon: manifests of ours, a chart, or manifests that somebody else publishes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Part {
    /// A template: with another name comes another release.
    pub name: String,
    /// Paths of the context and their values; the part is there only if all of them match.
    #[serde(default)]
    pub when: BTreeMap<String, Value>,
    /// Templates beside the addon.yaml.
    #[serde(default)]
    pub manifests: Vec<String>,
    #[serde(default)]
    pub chart: Option<Chart>,
    #[serde(default)]
    pub published: Option<Published>,
    /// Whether its release under an earlier name stays beside that of now until it is pruned.
    #[serde(default)]
    pub until_pruned: bool,
    /// The template of the chart's values.
    #[serde(default)]
    pub values: Option<String>,
    /// Instead of the addon's.
    #[serde(default)]
    pub namespace: Option<String>,
    /// Conditions of objects that nothing in the manifests names.
    #[serde(default)]
    pub ready: Vec<ProbeTarget>,
    /// Templates of a Job and what it needs: run after a change, it has to succeed, then it goes.
    #[serde(default)]
    pub probe: Vec<String>,
    /// How long it may take, in seconds.
    #[serde(default = "patience")]
    pub patience: u32,
}

/// A Helm chart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Chart {
    /// A repository's URL, `oci://` included; none for a chart that lies in a folder beside the
    /// addon.yaml.
    #[serde(default)]
    pub repository: Option<String>,
    pub name: String,
    pub version: String,
}

/// A file of manifests that somebody publishes, as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Published {
    /// What mirrors take the place of.
    pub repository: String,
    /// Below the repository.
    pub file: String,
    pub name: String,
    pub version: String,
}

/// An object and a condition of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProbeTarget {
    pub api_version: String,
    pub kind: String,
    #[serde(default)]
    pub namespace: Option<String>,
    /// None: all of that kind.
    #[serde(default)]
    pub name: Option<String>,
    /// The type of a condition that has to be True; without it, being there is enough.
    #[serde(default)]
    pub condition: Option<String>,
}

/// Something with a web page.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Door {
    pub namespace: String,
    pub service: String,
    pub port: u16,
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub https: bool,
    /// A service account: opening makes a token for it that is valid for an hour.
    #[serde(default)]
    pub service_account: Option<String>,
    /// Where its user and password are: a Secret and two of its keys.
    #[serde(default)]
    pub login: Option<Login>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    pub secret: String,
    /// Where the first one is not there.
    #[serde(default)]
    pub or_secret: Option<String>,
    #[serde(default)]
    pub user_key: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
    pub password_key: String,
}

impl Published {
    /// As digests know it: beside the charts.
    pub(crate) fn as_chart(&self) -> Chart {
        Chart {
            repository: Some(self.repository.clone()),
            name: self.name.clone(),
            version: self.version.clone(),
        }
    }
}

fn patience() -> u32 {
    600
}

impl Addon {
    /// What a spec may say about it.
    pub(crate) fn schema(&self) -> provisioner_spec::AddonSchema {
        provisioner_spec::AddonSchema {
            about: self.about.trim().to_owned(),
            settings: self.settings.clone(),
            required: self.required.clone(),
            kubernetes: self.kubernetes.clone(),
            needs: self.needs.clone(),
            implied: self.implied_by.is_some(),
            platforms: self.platforms.clone(),
            identity: self.identity.clone(),
        }
    }

    /// Whether any part of it is a chart, so that helm is needed.
    pub fn has_chart(&self) -> bool {
        self.parts.iter().any(|part| part.chart.is_some())
    }
}
