//! What one host has printed -> what it sees.

use jiff::Timestamp;

use super::addons::Record;
use super::member::{Member, OwnStatus};
use super::nodes::Node;
use super::removed::Removed;

/// What one host sees of the cluster, and has itself.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// It was made a node, and nothing has taken that back.
    pub(super) has_joined: bool,
    /// Handlers of a run that was cut off.
    pub(super) due: Vec<String>,
    /// What systemd says of `HAProxy` and keepalived, where they are for the API.
    pub(super) balancing: String,
    pub(super) holds_vip: bool,
    pub(super) holds_since: Option<Timestamp>,
    pub(super) local: String,
    pub(super) endpoint: String,
    pub(super) nodes: Option<Vec<Node>>,
    pub(super) addons: Option<Vec<Record>>,
    /// Hosts that were removed while they could not be reached.
    pub(super) removed: Option<Vec<Removed>>,
    pub(super) etcd_health: String,
    pub(super) etcd: Option<OwnStatus>,
    pub(super) members: Vec<Member>,
    /// etcd's limit, where another one than its own is set.
    pub(super) quota: Option<u64>,
}

impl View {
    pub(crate) fn read(text: &str) -> Self {
        let section = |name: &str| -> String {
            let lines = text.lines().skip_while(|line| *line != format!("## {name}")).skip(1);
            let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
            lines.join("\n").trim().to_owned()
        };
        Self {
            has_joined: section("traces") == "joined",
            due: section("due").lines().map(str::to_owned).collect(),
            balancing: section("balancing"),
            holds_vip: section("vip").parse::<u32>().is_ok_and(|count| count > 0),
            holds_since: moment(&section("vip-since")),
            local: section("local"),
            endpoint: section("endpoint"),
            nodes: Node::list(&section("nodes")),
            addons: Record::list(&section("addons")),
            removed: Removed::list(&section("removed")),
            etcd_health: section("etcd-health"),
            etcd: OwnStatus::read(&section("etcd-status")),
            members: Member::list(&section("etcd-members")),
            quota: section("etcd-quota").parse().ok(),
        }
    }
}

/// Seconds since 1970, as the journal writes them: whole ones are enough.
fn moment(text: &str) -> Option<Timestamp> {
    let seconds = text.split('.').next()?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}
