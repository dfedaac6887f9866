//! Clusters on EKS: the only room that knows AWS.
//!
//! A run reads the account once ([`account`]), compares it with what the spec asks for
//! ([`layout`], a file or a folder in [`resources`] for each kind), and makes the difference, each
//! resource as soon as what it needs is there. Nothing is remembered: everything is found again by
//! tags and names.

mod access;
mod account;
mod action;
mod difference;
mod digest;
mod driver;
mod error;
mod facts;
mod kubeconfig;
mod layout;
mod named;
mod names;
mod offerings;
mod once;
mod ownership;
mod pace;
mod planner;
mod purpose;
mod removals;
mod resource;
mod resources;
mod run;
mod spec_tags;
mod status;
mod tags;
mod targets;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod token;
mod unwanted;
mod work;

pub use access::{Clients, Identity};
pub use action::AwsAction;
pub use error::AwsError;
pub use kubeconfig::kubeconfig;
pub use pace::Pace;
pub use purpose::Purpose;
pub use resources::cluster::MOST_AHEAD;
pub use run::{AwsSite, RunOptions, carry_out, carry_out_with, upgrade_order};
pub use status::{AddonStatus, EksStatus, FargateProfileStatus, NodeGroupStatus, status};
pub use token::{Token, token};

/// An answer without what was asked for.
pub(crate) fn silent(what: &str) -> AwsError {
    AwsError::NoAnswer {
        what: format!("make {what}"),
        cause: "AWS did not say which one it has made".to_owned(),
    }
}

/// Something that an earlier step should have made.
pub(crate) fn unknown(what: &str) -> AwsError {
    AwsError::NotPossible {
        what: format!("find the {what}"),
        why: "it is not there".to_owned(),
        hint: "run the same command again; please report this if it stays so".to_owned(),
    }
}
