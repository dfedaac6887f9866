//! Local hosts to try everything out on: the hosts that a cluster spec names, each a full Debian
//! or Ubuntu with systemd as its process 1, its own sshd and its own address on a bridge, run by
//! systemd-nspawn on one Linux machine. `docs/lab.md` tells how they are made.
//!
//! [`up`], [`down`] and [`status`] are the whole of it for a user. A [`Lab`] additionally gives the
//! means to make a host fail: power it off, reboot it, cut its cable.
//!
//! What a lab consists of has names that follow from the lab's own name, so that what a killed run
//! left behind is found without any record of it.

mod cgroup;
mod command;
mod controllers;
mod definition;
mod down;
mod error;
mod event;
mod forward;
mod guest;
mod hierarchy;
mod host;
mod image;
mod init;
mod keys;
mod lab;
mod leftovers;
mod link;
mod lock;
mod mirror;
mod mounts;
mod names;
mod network;
mod nspawn;
mod paths;
mod power;
mod ready;
mod record;
mod requirements;
mod resolver;
mod status;
mod storage;
mod system;
mod up;

pub use definition::{LabDefinition, LabHost};
pub use down::down;
pub use error::LabError;
pub use event::LabEvent;
pub use guest::{PASSWORD, PASSWORD_USER, SUDO_USER};
pub use lab::Lab;
pub use paths::Paths;
pub use requirements::{Requirement, install_missing, missing};
pub use status::{HostState, HostStatus, LabStatus, status};
pub use system::System;
pub use up::up;
