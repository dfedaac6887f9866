use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::Toolbox;
use crate::ChartStore;
use crate::KubeError;
use crate::addon::{
    Chart, Content, Library, Rendered, RenderedPart, Secrets, Selection, Surroundings, documents,
    images_in,
};

/// What an addon takes from elsewhere: for mirrors and bundles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddonImages {
    pub addon: String,
    pub images: BTreeSet<String>,
    pub charts: Vec<ChartLine>,
    /// Files of manifests, in a bundle beside the charts: `NAME-VERSION.yaml`.
    pub manifests: Vec<ChartLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartLine {
    pub repository: String,
    pub name: String,
    pub version: String,
    /// None: it lies beside its addon.
    pub sha256: Option<String>,
}

/// Every image and chart of every addon that is selected. Charts are fetched for it.
///
/// # Errors
/// A template that does not fit, or a chart that cannot be had.
pub async fn images(
    toolbox: &Arc<Toolbox>,
    cluster: &Surroundings,
    library: &Library,
    selection: &Selection,
) -> Result<Vec<AddonImages>, KubeError> {
    let mut all = Vec::new();
    let selected = library.iter().filter(|addon| selection.contains(&addon.name));
    let provided: Vec<String> = selected.flat_map(|addon| addon.provides.clone()).collect();
    for name in selection.names() {
        let addon = library.get(name)?;
        let secrets = Secrets::placeholders();
        let rendered = Rendered::new(cluster, library, selection, addon, &secrets)?;
        let mut found = AddonImages {
            addon: name.clone(),
            images: rendered.images.iter().cloned().collect(),
            charts: Vec::new(),
            manifests: Vec::new(),
        };
        for part in &rendered.parts {
            add(toolbox, cluster, part, &provided, &mut found).await?;
        }
        all.push(found);
    }
    Ok(all)
}

async fn add(
    toolbox: &Toolbox,
    cluster: &Surroundings,
    part: &RenderedPart,
    provided: &[String],
    found: &mut AddonImages,
) -> Result<(), KubeError> {
    found.images.extend(images_in(&part.probe));
    let (chart, folder, values) = match &part.content {
        Content::Manifests(manifests) => {
            found.images.extend(images_in(manifests));
            return Ok(());
        }
        Content::Published(published) => {
            let (text, _) = toolbox.charts.published(published).await?;
            found.images.extend(images_in(&documents(published.file.as_str().into(), &text)?));
            found.manifests.push(line(toolbox, &published.as_chart()));
            return Ok(());
        }
        Content::Chart { chart, folder, values } => (chart, folder, values),
    };
    let helm = toolbox.offline_helm(&drop).await?;
    let path = match folder {
        Some(folder) => ChartStore::unpack(&toolbox.assets, folder, toolbox.scratch())?,
        None => toolbox.charts.locate(chart, &helm).await?.path,
    };
    let version = cluster.version.to_string();
    let text =
        helm.template(&path, &part.name, &part.namespace, values, &version, provided).await?;
    found.images.extend(images_in(&documents("helm template".into(), &text)?));
    found.charts.push(line(toolbox, chart));
    Ok(())
}

fn line(toolbox: &Toolbox, chart: &Chart) -> ChartLine {
    ChartLine {
        repository: chart.repository.clone().unwrap_or_default(),
        name: chart.name.clone(),
        version: chart.version.clone(),
        sha256: toolbox.charts.lock.digest(chart).map(|(digest, _)| digest),
    }
}
