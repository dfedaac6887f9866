//! Clusters on EKS: the same commands, carried out on AWS.

mod agree;
mod bundle;
mod down;
mod entrance;
mod kubeconfig;
mod plan;
mod run;
mod scale;
mod site;
mod status;
mod up;
mod upgrade;

pub(crate) use down::down;
pub(crate) use kubeconfig::kubeconfig;
pub(crate) use plan::plan;
pub(crate) use scale::scale;
pub(crate) use site::{Eks, refuse};
pub(crate) use status::{Report, status};
pub(crate) use up::up;
pub(crate) use upgrade::upgrade;
