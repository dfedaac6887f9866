//! What tests of whole runs stand on: a lab of hosts, the real program, and eyes on both.
//!
//! The hosts are made by `provisioner-lab` in networks of the tests' own, `172.29.N.0/24`. What a
//! test that was killed left behind is removed before the next one of the same name begins.

// Figures are shown as they are measured, and progress where a test goes on for minutes.
#![allow(clippy::print_stdout)]

mod api;
mod bundle;
mod disks;
mod eyes;
mod figure;
mod inventory;
mod kubectl;
mod lab;
mod program;
mod random;
mod run;
mod spec;
mod web;

pub use api::{Api, Outage};
pub use bundle::{altered_bundle, bundle, cache, newer_bundle, version_of};
pub use eyes::{Sampler, Secrets};
pub use figure::figure;
pub use inventory::Inventory;
pub use kubectl::Kubectl;
pub use lab::TestLab;
pub use program::{Program, Running};
pub use provisioner_lab::System;
pub use random::Random;
pub use run::{Change, Run};
pub use spec::Spec;
pub use web::{ask, ask_from_pod, web_on};
