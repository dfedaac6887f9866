use std::fmt;

use camino::Utf8Path;
use secrecy::SecretString;
use serde_json::Value;

use super::{Helm, manifests};
use crate::KubeError;
use crate::addon::{Chart, Manifest};
use crate::api::{Cluster, Reference};

/// A release as it is to be.
#[derive(Clone)]
pub(crate) struct Release {
    pub name: String,
    pub namespace: String,
    pub chart: Chart,
    pub values: SecretString,
}

impl fmt::Debug for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Release").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How a release differs from what is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    Same,
    Differs(String),
}

impl Release {
    /// Compares what the chart makes of the values now with what is deployed, and what is deployed
    /// with what is there.
    pub(crate) async fn standing(
        &self,
        helm: &Helm,
        cluster: &Cluster,
        chart: &Utf8Path,
    ) -> Result<Standing, KubeError> {
        let deployed = self.deployed(helm).await?;
        let rendered = manifests::objects(&self.rendered(helm, chart).await?)?;
        let Some((about, deployed)) = deployed else {
            return Ok(Standing::Differs(manifests::listed(&rendered)));
        };
        let mut said = manifests::difference(&deployed, &rendered, &rendered);
        if !said.is_empty() {
            let again = manifests::objects(&self.rendered(helm, chart).await?)?;
            said = manifests::difference(&deployed, &rendered, &again);
        }
        let version = format!("{}-{}", self.chart.name, self.chart.version);
        if about["chart"] != version.as_str() {
            said =
                format!("chart: {} -> {version}\n{said}", about["chart"].as_str().unwrap_or("?"));
        }
        for object in &deployed {
            if let Some(gone) = self.missing(cluster, object).await? {
                said += &format!("{gone} was deleted\n");
            }
        }
        Ok(if said.is_empty() { Standing::Same } else { Standing::Differs(said) })
    }

    /// Installs or upgrades the release.
    pub(crate) async fn deploy(
        &self,
        helm: &Helm,
        cluster: &Cluster,
        chart: &Utf8Path,
    ) -> Result<(), KubeError> {
        self.forget_unfinished(cluster).await?;
        let Self { name, namespace, .. } = self;
        helm.upgrade(name, namespace, chart, &self.values, false).await.map(|_| ())
    }

    /// The objects that it has in the cluster.
    pub(crate) async fn objects(&self, helm: &Helm) -> Result<Vec<Manifest>, KubeError> {
        let Self { name, namespace, .. } = self;
        let objects = manifests::objects(&helm.manifest(name, namespace).await?)?;
        Ok(objects.into_iter().map(|object| self.placed(object)).collect())
    }

    async fn rendered(&self, helm: &Helm, chart: &Utf8Path) -> Result<String, KubeError> {
        let Self { name, namespace, .. } = self;
        let release = helm.upgrade(name, namespace, chart, &self.values, true).await?;
        Ok(release["manifest"].as_str().unwrap_or_default().to_owned())
    }

    /// What helm says about the release, and its objects; None where it was never finished.
    async fn deployed(&self, helm: &Helm) -> Result<Option<(Value, Vec<Manifest>)>, KubeError> {
        let Self { name, namespace, .. } = self;
        let releases = helm.list(Some(namespace)).await?;
        let Some(about) = releases.into_iter().find(|one| one["name"] == name.as_str()) else {
            return Ok(None);
        };
        if about["status"] != "deployed" {
            return Ok(None);
        }
        let objects = manifests::objects(&helm.manifest(name, namespace).await?)?;
        Ok(Some((about, objects)))
    }

    /// The object, if it should be there and is not.
    async fn missing(
        &self,
        cluster: &Cluster,
        object: &Manifest,
    ) -> Result<Option<Reference>, KubeError> {
        let of = Reference::of(&self.placed(object.clone()));
        Ok(cluster.get(&of).await?.is_none().then_some(of))
    }

    /// helm leaves out the namespace where it is the release's.
    fn placed(&self, mut object: Manifest) -> Manifest {
        if object.namespace().is_none() {
            object.0["metadata"]["namespace"] = Value::from(self.namespace.as_str());
        }
        object
    }

    /// helm refuses to go on where it was cut off; what it had recorded of that attempt goes, and
    /// the next one finds the objects that are there already.
    async fn forget_unfinished(&self, cluster: &Cluster) -> Result<(), KubeError> {
        let labels = format!(
            "owner=helm,name={},status in (pending-install,pending-upgrade,pending-rollback)",
            self.name
        );
        let namespace = Some(self.namespace.as_str());
        for record in cluster.list("v1", "Secret", namespace, &labels, "").await? {
            let name = record["metadata"]["name"].as_str().unwrap_or_default();
            cluster.delete(&Reference::new("v1", "Secret", namespace, name)).await?;
        }
        Ok(())
    }
}
