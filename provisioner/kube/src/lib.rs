//! The Kubernetes API: addons are installed, compared, waited for and removed.
//!
//! An addon is data (`addons/NAME/addon.yaml` and its templates). [`Library`] reads it, an
//! [`AddonsPlanner`] turns what a spec enables into steps, and a [`KubeDriver`] carries them out:
//! manifests by server-side apply, charts by the real `helm`. How the API server is reached is the
//! matter of whoever gives the [`Entrance`].

mod addon;
mod api;
mod chart;
mod error;
mod ready;
mod run;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use addon::{Addon, Assets, Library, Secrets, Selection, Surroundings};
pub use api::{Claim, Entrance, EntranceError, Forward, Stream};
pub use chart::{ChartStore, HelmStore, Lock};
pub use error::KubeError;
pub use run::{
    AddonImages, AddonsPlanner, ChartLine, InstalledAddon, KubeAction, KubeDriver, Opened, Purpose,
    Toolbox, doors, images, installed, open, target,
};
