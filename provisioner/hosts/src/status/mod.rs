//! How a cluster is, asked from its own hosts.

mod addons;
mod etcd;
mod load_balancers;
mod look;
mod member;
mod nodes;
mod removed;
mod report;
mod view;

pub use addons::{AddonState, AddonStatus};
pub use etcd::{EtcdStatus, MemberStatus};
pub use load_balancers::LoadBalancerStatus;
pub use look::status;
pub use nodes::NodeStatus;
pub use report::{ApiStatus, StatusReport, VipStatus};

#[cfg(test)]
pub(crate) use {
    report::{Asked, report},
    view::View,
};
