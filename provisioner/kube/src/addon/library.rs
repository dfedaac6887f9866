use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_spec::{AddonSchemas, SecretSource};
use serde_json::{Value, json};

use super::secrets::sources;
use super::{Addon, Assets, Surroundings};
use crate::KubeError;

/// All addons that there are.
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) assets: Assets,
    addons: BTreeMap<String, Addon>,
}

impl Library {
    /// Reads every definition.
    ///
    /// # Errors
    /// A file that is no definition, with line and column, or one that names what is not there.
    pub fn load(assets: Assets) -> Result<Self, KubeError> {
        let mut addons = BTreeMap::new();
        for name in assets.names() {
            let path = Utf8PathBuf::from(name).join("addon.yaml");
            let addon = read(&assets, &path)?;
            check(&assets, &path, name, &addon)?;
            addons.insert(name.to_owned(), addon);
        }
        for addon in addons.values() {
            if let Some(unknown) = addon.needs.iter().find(|need| !addons.contains_key(*need)) {
                let reason = format!("it needs {unknown}, which is no addon");
                return Err(definition(&addon.name, reason));
            }
        }
        Ok(Self { assets, addons })
    }

    /// # Errors
    /// [`KubeError::UnknownAddon`].
    pub fn get(&self, name: &str) -> Result<&Addon, KubeError> {
        self.addons.get(name).ok_or_else(|| KubeError::UnknownAddon {
            name: name.to_owned(),
            known: self.addons.keys().cloned().collect(),
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Addon> {
        self.addons.values()
    }

    /// What a spec may say about each.
    pub fn schemas(&self) -> AddonSchemas {
        self.iter().map(|addon| (addon.name.clone(), addon.schema())).collect()
    }

    /// The digests of charts that are known beforehand.
    pub fn known_charts(&self) -> &str {
        self.assets.text("charts.lock.yaml".into()).unwrap_or_default()
    }

    /// Which helm is fetched where there is none, as the text of its file.
    ///
    /// # Errors
    /// The file is not there.
    pub fn pinned_helm(&self) -> Result<&str, KubeError> {
        self.assets.text("helm.lock.yaml".into())
    }

    /// The files that it was read from.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Every secret that the settings of enabled addons name.
    pub fn secret_sources(&self, cluster: &Surroundings) -> Vec<SecretSource> {
        let enabled = cluster.addons.iter().filter(|(_, addon)| addon.enabled);
        enabled
            .flat_map(|(name, said)| {
                let known = self.addons.get(name).map(|addon| addon.settings.clone());
                let schema = json!({"type": "object", "properties": known});
                sources(&Value::Object(said.settings.clone()), &schema)
            })
            .collect()
    }

    /// A template of an addon.
    pub(crate) fn template(
        &self,
        addon: &str,
        file: &str,
    ) -> Result<(Utf8PathBuf, &str), KubeError> {
        let path = Utf8PathBuf::from(addon).join(file);
        let text = self.assets.text(&path)?;
        Ok((path, text))
    }
}

fn read(assets: &Assets, path: &Utf8Path) -> Result<Addon, KubeError> {
    serde_yaml::from_str(assets.text(path)?)
        .map_err(|error| KubeError::Definition { path: path.to_owned(), reason: error.to_string() })
}

fn check(assets: &Assets, path: &Utf8Path, name: &str, addon: &Addon) -> Result<(), KubeError> {
    let wrong = |reason: String| Err(KubeError::Definition { path: path.to_owned(), reason });
    if addon.name != name {
        return wrong(format!("its name is {}, and that of its folder {name}", addon.name));
    }
    let policy = addon.identity.as_ref().map(|identity| &identity.policy);
    if policy.is_some_and(|policy| !policy.contains_key("Statement")) {
        return wrong("the policy of its identity has no Statement".to_owned());
    }
    for part in &addon.parts {
        let sources = [part.chart.is_some(), part.published.is_some(), !part.manifests.is_empty()];
        if sources.iter().filter(|is_there| **is_there).count() != 1 {
            let what = "either a chart, manifests, or what is published";
            return wrong(format!("the part {} needs {what}", part.name));
        }
        let files = part.manifests.iter().chain(&part.values).chain(&part.probe);
        for file in files {
            assets.text(&Utf8PathBuf::from(name).join(file))?;
        }
    }
    Ok(())
}

fn definition(name: &str, reason: String) -> KubeError {
    KubeError::Definition { path: Utf8PathBuf::from(name).join("addon.yaml"), reason }
}
