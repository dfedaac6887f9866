use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kube::api::{
    Api, DeleteParams, DynamicObject, ListParams, LogParams, Patch, PatchParams, PropagationPolicy,
};
use kube::core::GroupVersionKind;
use kube::discovery::{self, ApiResource, Scope};
use kube::{Client, Error};
use secrecy::SecretString;
use semver::Version;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::client::client;
use super::{Entrance, Reference};
use crate::KubeError;
use crate::addon::Manifest;

/// Who we are to the API server: what we have set is known by this name.
pub(crate) const FIELD_MANAGER: &str = "provisioner";
/// No answer for this long is none.
const PATIENCE: Duration = Duration::from_mins(1);

/// A cluster whose API answers.
pub(crate) struct Cluster {
    client: Client,
    pub(crate) kubeconfig: SecretString,
    kinds: Mutex<HashMap<(String, String), (ApiResource, Scope)>>,
}

/// How an object is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applying {
    /// Only say what it would be like.
    pub dry_run: bool,
    /// Take over what others have set.
    pub force: bool,
}

impl Cluster {
    pub(crate) async fn connect(entrance: Arc<dyn Entrance>) -> Result<Self, KubeError> {
        let kubeconfig = entrance.kubeconfig().await?;
        let client = client(entrance, &kubeconfig).await?;
        Ok(Self { client, kubeconfig, kinds: Mutex::default() })
    }

    pub(super) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The version of the API server.
    pub(crate) async fn version(&self) -> Result<Version, KubeError> {
        let info = self.within(self.client.apiserver_version()).await?;
        let text = info.git_version.trim_start_matches('v').to_owned();
        text.parse().map_err(|_| KubeError::Refused {
            action: "understand the version of the API server".to_owned(),
            message: text,
            code: 0,
        })
    }

    /// The object, if it is there.
    pub(crate) async fn get(&self, of: &Reference) -> Result<Option<Value>, KubeError> {
        let api = match self.api(of).await {
            // What has no kind is not there either.
            Err(KubeError::UnknownKind { .. }) => return Ok(None),
            api => api?,
        };
        let found =
            self.within(api.get_opt(&of.name)).await.map_err(|error| told(error, "read", of))?;
        found.map(value).transpose()
    }

    /// Objects of a kind, by namespace and labels; none of a kind that there is not.
    pub(crate) async fn list(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        labels: &str,
        fields: &str,
    ) -> Result<Vec<Value>, KubeError> {
        let of = Reference::new(api_version, kind, namespace, "");
        let (resource, scope) = match self.resource(&of).await {
            Err(KubeError::UnknownKind { .. }) => return Ok(Vec::new()),
            found => found?,
        };
        let api: Api<DynamicObject> = match (scope, namespace) {
            (Scope::Namespaced, Some(namespace)) => {
                Api::namespaced_with(self.client.clone(), namespace, &resource)
            }
            _ => Api::all_with(self.client.clone(), &resource),
        };
        let parameters = ListParams::default().labels(labels).fields(fields);
        let list =
            self.within(api.list(&parameters)).await.map_err(|error| told(error, "list", &of))?;
        list.items.into_iter().map(value).collect()
    }

    /// Server-side apply. Returns the object as it is afterwards, or would be.
    pub(crate) async fn apply(
        &self,
        manifest: &Manifest,
        how: Applying,
    ) -> Result<Value, KubeError> {
        let of = self.reference(manifest).await?;
        let api = self.api(&of).await?;
        let mut parameters = PatchParams::apply(FIELD_MANAGER);
        parameters.dry_run = how.dry_run;
        parameters.force = how.force;
        let mut object = manifest.0.clone();
        match (&of.namespace, object["metadata"].as_object_mut()) {
            (Some(namespace), Some(metadata)) => {
                metadata.insert("namespace".to_owned(), json!(namespace));
            }
            (None, Some(metadata)) => {
                metadata.shift_remove("namespace");
            }
            (_, None) => {}
        }
        let applied = self.within(api.patch(&of.name, &parameters, &Patch::Apply(&object))).await;
        applied.map_err(|error| told(error, "apply", &of)).and_then(value)
    }

    /// Gives up everything that we have set of an object.
    pub(crate) async fn let_go(&self, of: &Reference) -> Result<(), KubeError> {
        let bare = json!({
            "apiVersion": of.api_version,
            "kind": of.kind,
            "metadata": {"name": of.name},
        });
        let mut bare = Manifest(bare);
        if let Some(namespace) = &of.namespace {
            bare.0["metadata"]["namespace"] = json!(namespace);
        }
        self.apply(&bare, Applying { dry_run: false, force: false }).await.map(|_| ())
    }

    /// Asks for an object's end, with all that belongs to it. False: it is not there.
    pub(crate) async fn delete(&self, of: &Reference) -> Result<bool, KubeError> {
        let api = match self.api(of).await {
            Err(KubeError::UnknownKind { .. }) => return Ok(false),
            api => api?,
        };
        let parameters = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            ..DeleteParams::default()
        };
        match self.within(api.delete(&of.name, &parameters)).await {
            Ok(_) => Ok(true),
            Err(Error::Api(status)) if status.code == 404 => Ok(false),
            Err(error) => Err(told(error, "delete", of)),
        }
    }

    /// The last line that a container of a pod has said before it ended.
    pub(crate) async fn last_words(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
    ) -> Option<String> {
        let pods: Api<k8s_openapi::api::core::v1::Pod> =
            Api::namespaced(self.client.clone(), namespace);
        for previous in [true, false] {
            let parameters = LogParams {
                container: Some(container.to_owned()),
                previous,
                tail_lines: Some(5),
                ..LogParams::default()
            };
            let log = self.within(pods.logs(pod, &parameters)).await.unwrap_or_default();
            if let Some(line) = log.lines().rev().find(|line| !line.trim().is_empty()) {
                return Some(line.trim().chars().take(300).collect());
            }
        }
        None
    }

    /// What a path of the API answers: its status, and its text.
    pub(crate) async fn answer(&self, path: &str) -> Result<(u16, String), KubeError> {
        let request = http::Request::get(path).body(Vec::new()).map_err(Error::HttpError)?;
        match self.within(self.client.request_text(request)).await {
            Ok(text) => Ok((200, text)),
            Err(Error::Api(status)) => Ok((status.code, status.message.clone())),
            Err(error) => Err(error.into()),
        }
    }

    /// Which object a manifest is of: one that names no namespace is in `default` where its kind has
    /// namespaces.
    pub(crate) async fn reference(&self, manifest: &Manifest) -> Result<Reference, KubeError> {
        let mut of = Reference::of(manifest);
        let (_, scope) = self.resource(&of).await?;
        match scope {
            Scope::Cluster => of.namespace = None,
            Scope::Namespaced => {
                of.namespace.get_or_insert_with(|| "default".to_owned());
            }
        }
        Ok(of)
    }

    async fn api(&self, of: &Reference) -> Result<Api<DynamicObject>, KubeError> {
        let (resource, scope) = self.resource(of).await?;
        Ok(match (scope, &of.namespace) {
            (Scope::Namespaced, namespace) => {
                let namespace = namespace.as_deref().unwrap_or("default");
                Api::namespaced_with(self.client.clone(), namespace, &resource)
            }
            (Scope::Cluster, _) => Api::all_with(self.client.clone(), &resource),
        })
    }

    /// What the API calls the kind. Kinds come while addons are installed, so only those that were
    /// found are kept.
    async fn resource(&self, of: &Reference) -> Result<(ApiResource, Scope), KubeError> {
        let key = (of.api_version.clone(), of.kind.clone());
        if let Some(known) = self.kinds.lock().await.get(&key) {
            return Ok(known.clone());
        }
        let (group, version) = of.api_version.split_once('/').unwrap_or(("", &of.api_version));
        let wanted = GroupVersionKind::gvk(group, version, &of.kind);
        let unknown = || KubeError::UnknownKind {
            object: of.to_string(),
            kind: of.kind.clone(),
            api_version: of.api_version.clone(),
        };
        let found = self.within(discovery::pinned_kind(&self.client, &wanted)).await;
        let (resource, capabilities) = found.map_err(|error| match error {
            Error::Discovery(_) => unknown(),
            Error::Api(status) if status.code == 404 => unknown(),
            error => error.into(),
        })?;
        let found = (resource, capabilities.scope);
        self.kinds.lock().await.insert(key, found.clone());
        Ok(found)
    }

    pub(super) async fn within<T>(
        &self,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let silent = || Error::Service("the API server does not answer".into());
        timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(silent()))
    }
}

fn value(object: DynamicObject) -> Result<Value, KubeError> {
    serde_json::to_value(object).map_err(|error| Error::SerdeError(error).into())
}

/// What the API server has to say, as an error of ours.
pub(super) fn told(error: Error, verb: &str, of: &Reference) -> KubeError {
    let status = match error {
        Error::Api(status) => status,
        error => return error.into(),
    };
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let owners: Vec<String> = causes
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| format!("{} belongs to {}", cause.field, owner(&cause.message)))
        .collect();
    if status.code == 409 && !owners.is_empty() {
        return KubeError::Conflict { object: of.to_string(), owners };
    }
    KubeError::Refused {
        action: format!("{verb} {of}"),
        message: status.message.clone(),
        code: status.code,
    }
}

/// Out of `conflict with "kubectl" using apps/v1`.
fn owner(message: &str) -> &str {
    message.split('"').nth(1).unwrap_or(message)
}
