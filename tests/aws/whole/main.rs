//! Whole runs against a stand-in for AWS: moto, refusing what AWS refuses, slow or failing on demand.

// Figures are shown as they are measured.
#![allow(clippy::print_stdout)]

mod addons;
mod calls;
mod changes;
mod credentials;
mod demo;
mod drift;
mod everything;
mod fargate;
mod faults;
mod gone;
mod imported;
mod killed;
mod kubeconfig;
mod nodes;
mod others;
mod policies;
mod program;
mod releases;
mod roles;
mod shape;
mod speed;
mod stand_in;
mod story;
mod tags;
mod token;
mod venv;
