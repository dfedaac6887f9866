//! Clusters that addons are installed into: on hosts and on EKS alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_bundle::Bundle;
use provisioner_hosts::Site;
use provisioner_kube::{Entrance, Surroundings};

use crate::arguments::ConnectArguments;
use crate::eks::Eks;
use crate::entrance::HostsEntrance;
use crate::error::Error;
use crate::program::Program;
use crate::site;

/// A cluster as its addons see it, and the way there.
pub(crate) struct Place {
    /// The cluster's name.
    pub(crate) name: String,
    pub(crate) surroundings: Surroundings,
    /// Other places of chart repositories.
    pub(crate) mirrors: BTreeMap<String, Vec<String>>,
    /// The bundle that charts and helm come from.
    pub(crate) bundle: Option<Utf8PathBuf>,
    pub(crate) entrance: Arc<dyn Entrance>,
}

/// The cluster of a spec.
pub(crate) fn of_spec(
    program: &Program,
    spec: &Utf8Path,
    connect: &ConnectArguments,
    bundle: Option<&Utf8Path>,
) -> Result<Place, Error> {
    let Some(eks) = Eks::of(program, spec)? else {
        return Ok(Place::from(&site::open(program, spec, connect, bundle)?));
    };
    Place::from(&eks.site()?).with_bundle(bundle)
}

impl Place {
    /// With charts and helm out of a bundle, if one is given.
    pub(crate) fn with_bundle(self, bundle: Option<&Utf8Path>) -> Result<Self, Error> {
        let bundle = bundle.map(provisioner_bundle::open).transpose()?;
        Ok(Self { bundle: bundle.as_ref().map(Bundle::directory).map(Utf8Path::to_owned), ..self })
    }
}

impl From<&Arc<Site>> for Place {
    fn from(site: &Arc<Site>) -> Self {
        Self {
            name: site.cluster.name.clone(),
            surroundings: Surroundings::from(&site.cluster),
            mirrors: site.cluster.charts.mirrors.clone(),
            bundle: site.bundle.as_ref().map(Bundle::directory).map(Utf8Path::to_owned),
            entrance: Arc::new(HostsEntrance::new(site)),
        }
    }
}
