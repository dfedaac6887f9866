use std::fmt;
use std::time::Duration;

use camino::Utf8Path;
use secrecy::SecretString;
use serde_json::Value;

use super::helm::{Helm, Rehearsal};
use super::manifests;
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
    /// How long it may take.
    pub patience: Duration,
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
    Differs(Difference),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// For people.
    pub text: String,
    /// What helm makes, its hooks among them: what it may wait for.
    pub made: Vec<Reference>,
}

/// What a chart makes of values.
struct Rendering {
    objects: Vec<Manifest>,
    hooks: Vec<Manifest>,
}

/// The kinds that a release defines and that helm leaves behind, so that nobody's objects of them go.
pub(crate) async fn kept_definitions(
    helm: &Helm,
    release: &Reference,
) -> Result<Vec<Reference>, KubeError> {
    let namespace = release.namespace.as_deref().unwrap_or("default");
    let objects = manifests::objects(&helm.manifest(&release.name, namespace).await?)?;
    let is_kept = |object: &&Manifest| {
        object.is_definition()
            && object.0["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    };
    Ok(objects.iter().filter(is_kept).map(Reference::of).collect())
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
        let Some((about, deployed)) = self.deployed(helm).await? else {
            let rendering = self.rendering(helm, chart, Rehearsal::Next).await?;
            let text = manifests::listed(&rendering.objects);
            return Ok(Standing::Differs(self.difference(text, &rendering)));
        };
        // Compared as it was made: what a chart does only for a first revision is nobody's change.
        let is_first = about["revision"] == "1";
        let rehearsal = if is_first { Rehearsal::First } else { Rehearsal::Next };
        let rendering = self.rendering(helm, chart, rehearsal).await?;
        let rendered = &rendering.objects;
        let mut said = manifests::difference(&deployed, rendered, rendered);
        if !said.is_empty() {
            let again = self.rendering(helm, chart, rehearsal).await?;
            said = manifests::difference(&deployed, rendered, &again.objects);
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
        if said.is_empty() {
            return Ok(Standing::Same);
        }
        Ok(Standing::Differs(self.difference(said, &rendering)))
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
        helm.upgrade(name, namespace, chart, &self.values, self.patience).await
    }

    /// The objects that it has in the cluster.
    pub(crate) async fn objects(&self, helm: &Helm) -> Result<Vec<Manifest>, KubeError> {
        let Self { name, namespace, .. } = self;
        let objects = manifests::objects(&helm.manifest(name, namespace).await?)?;
        Ok(objects.into_iter().map(|object| self.placed(object)).collect())
    }

    async fn rendering(
        &self,
        helm: &Helm,
        chart: &Utf8Path,
        rehearsal: Rehearsal,
    ) -> Result<Rendering, KubeError> {
        let Self { name, namespace, .. } = self;
        let release = helm.rehearse(rehearsal, name, namespace, chart, &self.values).await?;
        let objects = manifests::objects(release["manifest"].as_str().unwrap_or_default())?;
        let mut hooks = Vec::new();
        for hook in release["hooks"].as_array().into_iter().flatten() {
            hooks.extend(manifests::objects(hook["manifest"].as_str().unwrap_or_default())?);
        }
        Ok(Rendering { objects, hooks })
    }

    fn difference(&self, text: String, rendering: &Rendering) -> Difference {
        let all = rendering.objects.iter().chain(&rendering.hooks);
        let made = all.map(|object| Reference::of(&self.placed(object.clone()))).collect();
        Difference { text, made }
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

    /// The object, if it should be there and is not. A Job that is gone has done its work.
    async fn missing(
        &self,
        cluster: &Cluster,
        object: &Manifest,
    ) -> Result<Option<Reference>, KubeError> {
        let of = Reference::of(&self.placed(object.clone()));
        let may_be_gone = of.is_job();
        Ok((!may_be_gone && cluster.get(&of).await?.is_none()).then_some(of))
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
