use super::{Etcd, Resources};
use schemars::JsonSchema;
use semver::Version;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, ops::RangeInclusive};

/// The minor versions of Kubernetes 1 that this version installs.
pub const SUPPORTED_MINORS: RangeInclusive<u64> = 19..=37;

/// Kubernetes itself.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Kubernetes {
    /// The exact version, such as `1.36.2` (`v1.36.2` is the same): 1.19 to 1.37.
    #[schemars(with = "String")]
    pub version: Version,
    /// Where the images of the control plane come from. Default: `registry.k8s.io`, and
    /// `k8s.gcr.io` before 1.25.
    #[schemars(with = "Option<String>")]
    pub image_repository: String,
    /// Where the packages of kubeadm, kubelet and kubectl come from.
    #[schemars(with = "Option<PackageRepository>")]
    pub package_repository: PackageRepository,
    /// Passed through to the `KubeletConfiguration` of every node.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub kubelet: Map<String, Value>,
    /// Passed through to the `KubeProxyConfiguration`.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub kube_proxy: Map<String, Value>,
    /// Settings of kube-apiserver.
    #[schemars(with = "Option<ApiServer>")]
    pub api_server: ApiServer,
    /// Settings of kube-controller-manager.
    #[schemars(with = "Option<Component>")]
    pub controller_manager: Component,
    /// Settings of kube-scheduler.
    #[schemars(with = "Option<Component>")]
    pub scheduler: Component,
    /// Settings of etcd, or an etcd of one's own in its place.
    #[schemars(with = "Option<Etcd>")]
    pub etcd: Etcd,
    /// How long certificates are valid.
    #[schemars(with = "Option<Certificates>")]
    pub certificates: Certificates,
    /// How `provisioner upgrade` goes about it.
    #[schemars(with = "Option<Upgrade>")]
    pub upgrade: Upgrade,
    /// Whether ordinary pods may run on the control planes.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub schedulable_control_plane: bool,
}

/// How long certificates are valid. It counts when a certificate is made: one that is there keeps its
/// time until it is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Certificates {
    /// Days that certificates and kubeconfigs are valid. Other than 365 from 1.31 on only: kubeadm
    /// knew no other time before.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3650), extend("default" = 365))]
    pub validity_days: u32,
    /// Days that the authorities of a new cluster are valid.
    #[schemars(with = "Option<u32>", range(min = 1, max = 36500), extend("default" = 3650))]
    pub authority_validity_days: u32,
}

impl Certificates {
    /// Days that kubeadm's certificates are valid where nothing else is asked for.
    pub const VALIDITY_DAYS: u32 = 365;
    /// The same of its authorities.
    pub const AUTHORITY_VALIDITY_DAYS: u32 = 3650;
}

/// How nodes are taken out of service and brought back by `provisioner upgrade`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Upgrade {
    /// How many workers and edge nodes may be out of service at the same time. Control planes are
    /// upgraded one by one.
    #[schemars(with = "Option<u32>", range(min = 1), extend("default" = 1))]
    pub max_unavailable: u32,
    /// Seconds that the pods of a node have for leaving it.
    #[schemars(with = "Option<u32>", range(min = 1), extend("default" = 300))]
    pub drain_seconds: u32,
}

/// Where packages come from; a mirror of `pkgs.k8s.io` is set here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct PackageRepository {
    /// The base URL for Debian and Ubuntu. Default:
    /// `https://pkgs.k8s.io/core:/stable:/vX.Y/deb`.
    #[schemars(with = "Option<String>")]
    pub apt: String,
    /// The base URL for the RHEL family. Default: `https://pkgs.k8s.io/core:/stable:/vX.Y/rpm`.
    #[schemars(with = "Option<String>")]
    pub rpm: String,
    /// The URL of the signing key. Default: `Release.key` below `apt`, and
    /// `repodata/repomd.xml.key` below `rpm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Settings of kube-apiserver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ApiServer {
    /// Command-line flags without their leading dashes.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub extra_args: BTreeMap<String, String>,
    /// Further names and addresses for the certificate of the API server.
    #[schemars(with = "Option<Vec<String>>")]
    pub cert_sans: Vec<String>,
    /// What its container is given.
    #[schemars(with = "Option<Resources>")]
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

/// Settings of a component of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Component {
    /// Command-line flags without their leading dashes.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub extra_args: BTreeMap<String, String>,
    /// What its container is given.
    #[schemars(with = "Option<Resources>")]
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}
