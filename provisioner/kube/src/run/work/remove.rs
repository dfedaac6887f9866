use std::collections::BTreeSet;

use provisioner_engine::{State, StepEnd};
use serde_json::Value;

use super::Work;
use crate::KubeError;
use crate::api::{Cluster, Inventory, Reference, inventory_reference};
use crate::chart::kept_definitions;
use crate::run::action::{Departure, Removal};

impl Work<'_> {
    pub(super) async fn remove(
        &self,
        index: usize,
        removal: &Removal,
    ) -> Result<StepEnd, KubeError> {
        let cluster = self.cluster().await?;
        let of = &removal.object;
        let Some(_) = cluster.get(of).await? else { return Ok(StepEnd::new(State::Ok)) };
        if let Some(reason) = self.stays(cluster, removal).await? {
            self.reporter.note(format!("{of} stays: {reason}"));
            return Ok(StepEnd { output: Some(reason), ..StepEnd::new(State::Skipped) });
        }
        if self.checks() {
            return Ok(StepEnd::new(State::Changed));
        }
        if removal.let_go {
            cluster.let_go(of).await?;
        } else if cluster.delete(of).await? {
            self.gone(index, cluster, of).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    /// Why an object must not go: others need it, or something of theirs would go with it.
    async fn stays(
        &self,
        cluster: &Cluster,
        removal: &Removal,
    ) -> Result<Option<String>, KubeError> {
        let Removal { object, let_go, addon } = removal;
        if *let_go {
            return Ok(None);
        }
        let others = Inventory::all(cluster).await?;
        let other = others.iter().find(|one| one.addon != *addon && one.entry(object).is_some());
        if let Some(other) = other {
            return Ok(Some(format!("the addon {} has it too", other.addon)));
        }
        let inside = match object.kind.as_str() {
            "Namespace" => self.guests(cluster, &object.name).await?,
            "CustomResourceDefinition" => self.instances(cluster, object).await?,
            _ => Vec::new(),
        };
        let names = inside.join(", ");
        Ok((!inside.is_empty()).then(|| format!("it holds {names}")))
    }

    /// What somebody else has in a namespace of ours, or what holds data.
    async fn guests(&self, cluster: &Cluster, namespace: &str) -> Result<Vec<String>, KubeError> {
        let mut guests = BTreeSet::new();
        for (api_version, kind) in [
            ("v1", "PersistentVolumeClaim"),
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
            ("batch/v1", "CronJob"),
            ("batch/v1beta1", "CronJob"),
            ("v1", "Pod"),
            ("v1", "Secret"),
        ] {
            let found = cluster.list(api_version, kind, Some(namespace), "", "").await?;
            let name = |one: &Value| {
                format!("{kind} {}", one["metadata"]["name"].as_str().unwrap_or_default())
            };
            guests.extend(found.iter().filter(|one| is_guest(kind, one)).map(name));
        }
        Ok(guests.into_iter().collect())
    }

    /// The objects of a kind of ours that are still there: ours have gone by now.
    async fn instances(&self, cluster: &Cluster, of: &Reference) -> Result<Vec<String>, KubeError> {
        let Some(definition) = cluster.get(of).await? else { return Ok(Vec::new()) };
        let spec = &definition["spec"];
        let group = spec["group"].as_str().unwrap_or_default();
        let kind = spec["names"]["kind"].as_str().unwrap_or_default();
        let versions = spec["versions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(version) = versions.iter().find(|one| one["served"] == true) else {
            return Ok(Vec::new());
        };
        let api_version = format!("{group}/{}", version["name"].as_str().unwrap_or_default());
        let found = cluster.list(&api_version, kind, None, "", "").await?;
        let name = |one: &Value| {
            format!("{kind} {}", one["metadata"]["name"].as_str().unwrap_or_default())
        };
        Ok(found.iter().map(name).collect())
    }

    pub(super) async fn uninstall(
        &self,
        index: usize,
        departure: &Departure,
    ) -> Result<StepEnd, KubeError> {
        let Departure { release: of, addon } = departure;
        let helm = self.helm().await?;
        let namespace = of.namespace.as_deref().unwrap_or("default");
        let releases = helm.list(Some(namespace)).await?;
        if !releases.iter().any(|release| release["name"] == of.name.as_str()) {
            return Ok(StepEnd::new(State::Ok));
        }
        if self.checks() {
            return Ok(StepEnd::new(State::Changed));
        }
        let kept = kept_definitions(helm, of).await?;
        helm.uninstall(&of.name, namespace).await?;
        for object in kept {
            let removal = Removal { object, let_go: false, addon: addon.clone() };
            self.remove(index, &removal).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    pub(super) async fn delete(&self, index: usize, of: &Reference) -> Result<StepEnd, KubeError> {
        if !self.checks() {
            let cluster = self.cluster().await?;
            cluster.delete(of).await?;
            self.gone(index, cluster, of).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    pub(super) async fn forget(&self, addon: &str) -> Result<StepEnd, KubeError> {
        if !self.checks() {
            self.cluster().await?.delete(&inventory_reference(addon)).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }
}

/// Whether an object says that somebody uses the namespace that it is in.
fn is_guest(kind: &str, object: &Value) -> bool {
    let is_going = !object["metadata"]["deletionTimestamp"].is_null();
    let has_owner = object["metadata"]["ownerReferences"].is_array();
    !is_going
        && match kind {
            "Pod" => !has_owner,
            // Certificates for a gateway. What is left of others is mostly what charts have made for themselves.
            "Secret" => !has_owner && object["type"] == "kubernetes.io/tls",
            _ => true,
        }
}
