//! Addons as a run: what the engine plans and carries out.

mod action;
mod driver;
mod images;
mod installed;
mod open;
mod planner;
mod removal;
mod steps;
mod toolbox;
mod work;

pub use action::KubeAction;
pub use driver::KubeDriver;
pub use images::{AddonImages, ChartLine, images};
pub use installed::{InstalledAddon, installed};
pub use open::{Opened, doors, open};
pub use planner::{AddonsPlanner, Purpose, target};
pub use toolbox::Toolbox;
