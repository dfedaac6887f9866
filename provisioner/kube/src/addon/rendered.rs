use std::collections::BTreeMap;
use std::fmt;

use camino::Utf8PathBuf;
use provisioner_playbook::{holds, template};
use secrecy::SecretString;
use serde_json::Value;

use super::definition::Part;
use super::{
    Addon, Chart, Library, Manifest, ProbeTarget, Published, Secrets, Selection, Surroundings,
    context, documents,
};
use crate::KubeError;

/// An addon as it is to be in one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    pub name: String,
    pub version: String,
    pub parts: Vec<RenderedPart>,
    /// Images that no manifest names.
    pub images: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct RenderedPart {
    pub name: String,
    pub namespace: String,
    pub content: Content,
    pub until_pruned: bool,
    pub ready: Vec<ProbeTarget>,
    pub probe: Vec<Manifest>,
    pub patience: u32,
}

#[derive(Clone)]
pub(crate) enum Content {
    Manifests(Vec<Manifest>),
    Chart {
        chart: Chart,
        /// In the assets; for one without a repository.
        folder: Option<Utf8PathBuf>,
        /// As YAML. Secrets may be in it.
        values: SecretString,
    },
    Published(Published),
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifests(manifests) => {
                let names = manifests.iter().map(ToString::to_string);
                formatter.debug_list().entries(names).finish()
            }
            Self::Chart { chart, .. } => chart.fmt(formatter),
            Self::Published(published) => published.fmt(formatter),
        }
    }
}

impl Rendered {
    /// Renders every template of an addon.
    ///
    /// # Errors
    /// A template that asks for what is not there, or makes what is no object.
    pub(crate) fn new(
        cluster: &Surroundings,
        library: &Library,
        selection: &Selection,
        addon: &Addon,
        secrets: &Secrets,
    ) -> Result<Self, KubeError> {
        let context = context(cluster, library, selection, addon, secrets);
        let renderer = Renderer { library, addon, context };
        let mut parts = Vec::new();
        for part in &addon.parts {
            if renderer.holds(part)? {
                parts.push(renderer.part(part)?);
            }
        }
        let images = addon.images.iter().map(|image| renderer.text("addon.yaml", image));
        let images = images.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            name: addon.name.clone(),
            version: addon.version.clone(),
            parts,
            images: images.into_iter().filter(|image| !image.trim().is_empty()).collect(),
        })
    }
}

struct Renderer<'a> {
    library: &'a Library,
    addon: &'a Addon,
    context: Value,
}

impl Renderer<'_> {
    fn holds(&self, part: &Part) -> Result<bool, KubeError> {
        holds(&part.when, &BTreeMap::new(), &self.context)
            .map_err(|path| self.wrong("addon.yaml", format!("`{path}` is not in the context")))
    }

    fn part(&self, part: &Part) -> Result<RenderedPart, KubeError> {
        let content = match (&part.chart, &part.published) {
            (None, None) => Content::Manifests(self.manifests(&part.manifests)?),
            (None, Some(published)) => Content::Published(published.clone()),
            (Some(chart), _) => Content::Chart {
                folder: chart
                    .repository
                    .is_none()
                    .then(|| Utf8PathBuf::from(&self.addon.name).join(&chart.name)),
                chart: chart.clone(),
                values: self.values(part)?,
            },
        };
        Ok(RenderedPart {
            name: self.text("addon.yaml", &part.name)?,
            namespace: part.namespace.clone().unwrap_or_else(|| self.addon.namespace.clone()),
            content,
            until_pruned: part.until_pruned,
            ready: part.ready.clone(),
            probe: self.manifests(&part.probe)?,
            patience: part.patience,
        })
    }

    fn manifests(&self, files: &[String]) -> Result<Vec<Manifest>, KubeError> {
        let mut all = Vec::new();
        for file in files {
            let path = Utf8PathBuf::from(&self.addon.name).join(file);
            all.extend(documents(&path, &self.file(file)?)?);
        }
        Ok(all)
    }

    fn values(&self, part: &Part) -> Result<SecretString, KubeError> {
        let Some(file) = &part.values else { return Ok("{}\n".to_owned().into()) };
        let text = self.file(file)?;
        let is_map = serde_yaml::from_str::<Value>(&text).map(|values| values.is_object());
        match is_map {
            Ok(true) => Ok(text.into()),
            Ok(false) => Err(self.wrong(file, "values are a map".to_owned())),
            Err(error) => Err(self.wrong(file, error.to_string())),
        }
    }

    fn file(&self, file: &str) -> Result<String, KubeError> {
        let (_, text) = self.library.template(&self.addon.name, file)?;
        self.text(file, text)
    }

    fn text(&self, file: &str, text: &str) -> Result<String, KubeError> {
        template(text, &self.context).map_err(|error| self.wrong(file, error.to_string()))
    }

    fn wrong(&self, file: &str, reason: String) -> KubeError {
        KubeError::Render { path: Utf8PathBuf::from(&self.addon.name).join(file), reason }
    }
}
