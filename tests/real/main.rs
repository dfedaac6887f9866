//! Whole runs of the real program against real hosts. They need root and what a lab needs
//! (docs/lab.md), and run one after another: each wants the machine for itself.
//!
//! `PROVISIONER` names another program than the one built beside the tests, `BUNDLE` and `NEWER_BUNDLE`
//! another Kubernetes, `KEEP_LAB` leaves the hosts to be looked at, `SEED` repeats what was left to
//! chance, `KILLS` is how often a run is killed, `REPLACED` how often control planes are replaced, `LIVES`
//! which lives of a cluster are disturbed.

// Progress is shown where a test goes on for minutes.
#![allow(clippy::print_stdout)]

mod balanced;
mod config;
mod down;
mod dual_stack;
mod edge;
mod external;
mod faults;
mod killed;
mod operations;
mod repository;
mod rough;
mod scale;
mod story;
mod ubuntu;
