//! What a spec is held to that is not its own: addons, stages, and files beside it.

use std::{fmt, sync::Arc};

use camino::Utf8Path;

use crate::AddonSchemas;

/// The stages of the program's own `up`.
const SITE: &str = include_str!("../../../playbooks/site.yaml");

/// Says why a file, named as the spec names it, cannot be used.
type Judge = dyn Fn(&Utf8Path) -> Result<(), String> + Send + Sync;

/// The same of a certificate, or of the key to one, whose path comes second.
type CertificateJudge = dyn Fn(&Utf8Path, Option<&Utf8Path>) -> Result<(), String> + Send + Sync;

/// What the parts of a spec are compared with.
#[derive(Clone)]
pub struct Known {
    pub(crate) addons: AddonSchemas,
    pub(crate) places: Vec<String>,
    playbooks: Option<Arc<Judge>>,
    policies: Option<Arc<Judge>>,
    certificates: Option<Arc<CertificateJudge>>,
}

impl Known {
    /// The program's own addons and stages; no file is looked at.
    pub fn builtin() -> Self {
        AddonSchemas::builtin().into()
    }

    /// With stages and playbooks of these names, beside which hooks may stand.
    #[must_use]
    pub fn with_places(self, places: impl IntoIterator<Item = String>) -> Self {
        Self { places: places.into_iter().collect(), ..self }
    }

    /// With someone who looks at the playbooks of hooks.
    #[must_use]
    pub fn with_playbooks(
        self,
        judge: impl Fn(&Utf8Path) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self { playbooks: Some(Arc::new(judge)), ..self }
    }

    /// With someone who looks at audit policies.
    #[must_use]
    pub fn with_policies(
        self,
        judge: impl Fn(&Utf8Path) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self { policies: Some(Arc::new(judge)), ..self }
    }

    /// With someone who looks at certificates: at one alone, or whether the key in the second file is
    /// the key to it.
    #[must_use]
    pub fn with_certificates(
        self,
        judge: impl Fn(&Utf8Path, Option<&Utf8Path>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self { certificates: Some(Arc::new(judge)), ..self }
    }

    pub(crate) fn certificate(
        &self,
        certificate: &Utf8Path,
        key: Option<&Utf8Path>,
    ) -> Result<(), String> {
        self.certificates.as_ref().map_or(Ok(()), |judge| judge(certificate, key))
    }

    pub(crate) fn policy(&self, path: &Utf8Path) -> Result<(), String> {
        self.policies.as_ref().map_or(Ok(()), |judge| judge(path))
    }

    pub(crate) fn playbook(&self, path: &Utf8Path) -> Result<(), String> {
        self.playbooks.as_ref().map_or(Ok(()), |judge| judge(path))
    }
}

impl From<AddonSchemas> for Known {
    fn from(addons: AddonSchemas) -> Self {
        Self {
            addons,
            places: builtin_places(),
            playbooks: None,
            policies: None,
            certificates: None,
        }
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Known").field("places", &self.places).finish_non_exhaustive()
    }
}

/// The names of stages, then those of playbooks.
fn builtin_places() -> Vec<String> {
    let site = crate::yaml::read(SITE).0.as_ref().and_then(crate::yaml::to_json);
    let site = site.unwrap_or_default();
    let stages = site["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = stages.iter().filter_map(|stage| stage["name"].as_str());
    let playbooks = stages.iter().filter_map(|stage| stage["playbooks"].as_array()).flatten();
    let mut places: Vec<String> = Vec::new();
    for place in names.chain(playbooks.filter_map(|name| name.as_str())) {
        if !places.iter().any(|known| known == place) {
            places.push(place.to_owned());
        }
    }
    places
}
