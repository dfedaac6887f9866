//! The members of etcd, and how their stores are.

use provisioner_spec::{ExternalEtcd, Host};
use serde::Serialize;

use super::member::Member;
use super::view::View;

/// etcd's limit for a store, where none is set
/// (<https://etcd.io/docs/v3.5/dev-guide/limit/#storage-size-limit>).
const QUOTA: u64 = 2 * 1024 * 1024 * 1024;
/// A smaller store is not worth the pause that defragmenting it is.
const WORTH_IT: u64 = 64 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EtcdStatus {
    /// The member that leads.
    pub leader: Option<String>,
    pub members: Vec<MemberStatus>,
    /// Where it runs elsewhere: how it is, its own keepers know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberStatus {
    pub name: String,
    pub healthy: bool,
    /// It has no vote yet.
    pub learner: bool,
    pub version: Option<String>,
    /// The size of its store on disk.
    pub database_bytes: Option<u64>,
    /// What of it is in use; the rest is free until it is defragmented.
    pub used_bytes: Option<u64>,
    /// The store takes no writes beyond that.
    pub quota_bytes: u64,
    /// Why it is not healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl EtcdStatus {
    /// As the control planes tell it. A member that no list has is none.
    pub(super) fn of(views: &[(String, View)]) -> Self {
        let mut members: Vec<&Member> = Vec::new();
        for member in views.iter().flat_map(|(_, view)| &view.members) {
            if !members.iter().any(|known| known.id == member.id) {
                members.push(member);
            }
        }
        members.sort_by(|one, other| one.name.cmp(&other.name));
        let told = |view: &View| Some(view.etcd.as_ref()?.leader).filter(|id| *id != 0);
        let leader = views.iter().find_map(|(_, view)| told(view));
        let leader = members.iter().find(|member| Some(member.id) == leader);
        Self {
            leader: leader.map(|member| member.name.clone()),
            members: members.iter().map(|member| MemberStatus::of(member, views)).collect(),
            external: Vec::new(),
        }
    }

    /// One that runs elsewhere. Whether the API servers reach it, they say themselves.
    pub(super) fn elsewhere(etcd: &ExternalEtcd) -> Self {
        Self { leader: None, members: Vec::new(), external: etcd.endpoints.clone() }
    }

    pub(super) fn problems(&self, control_planes: &[Host]) -> Vec<String> {
        if !self.external.is_empty() {
            return Vec::new();
        }
        if self.members.is_empty() {
            return vec!["etcd: no member answers".to_owned()];
        }
        let unwell = self.members.iter().filter(|member| !member.healthy).map(|member| {
            let reason = member.reason.as_deref().unwrap_or("not healthy");
            format!("etcd {}: {reason}", member.name)
        });
        let leaderless = self.leader.is_none().then(|| "etcd has no leader".to_owned());
        let is_host = |name: &str| control_planes.iter().any(|host| host.name == name);
        let surplus = self.members.iter().filter(|member| !is_host(&member.name)).map(|member| {
            format!("etcd has a member {:?}, which is no control plane of the spec", member.name)
        });
        let is_member = |host: &&Host| self.members.iter().any(|member| member.name == host.name);
        let missing = control_planes.iter().filter(|host| !is_member(host));
        let missing = missing.map(|host| format!("etcd has no member on {}", host.name));
        unwell.chain(leaderless).chain(surplus).chain(missing).collect()
    }

    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        self.members.iter().filter_map(MemberStatus::warning)
    }
}

impl MemberStatus {
    fn of(member: &Member, views: &[(String, View)]) -> Self {
        let view = views.iter().find(|(name, _)| *name == member.name).map(|(_, view)| view);
        let own = view.and_then(|view| view.etcd.as_ref());
        let answers = view.is_some_and(|view| is_well(&view.etcd_health));
        let reason = match (view, own) {
            (None, _) => Some("its host cannot be asked".to_owned()),
            (_, Some(own)) if !own.errors.is_empty() => Some(own.errors.join(", ")),
            _ if answers => None,
            (Some(view), _) if view.etcd_health.is_empty() => Some("no answer".to_owned()),
            (Some(view), _) => Some(view.etcd_health.clone()),
        };
        Self {
            name: if member.name.is_empty() { member.peer.clone() } else { member.name.clone() },
            healthy: reason.is_none(),
            learner: member.is_learner,
            version: own.map(|own| own.version.clone()),
            database_bytes: own.map(|own| own.database_bytes),
            used_bytes: own.map(|own| own.used_bytes),
            quota_bytes: view
                .and_then(|view| view.quota)
                .filter(|quota| *quota > 0)
                .unwrap_or(QUOTA),
            reason,
        }
    }

    /// How much of its store is free, in percent.
    pub fn fragmented_percent(&self) -> Option<u64> {
        let (all, used) = (self.database_bytes?, self.used_bytes?);
        (all > 0).then(|| all.saturating_sub(used) * 100 / all)
    }

    fn warning(&self) -> Option<String> {
        let (name, bytes) = (&self.name, self.database_bytes?);
        let free = self.fragmented_percent()?;
        if bytes > self.quota_bytes / 5 * 4 {
            return Some(format!(
                "etcd {name}: its store has reached {} % of what it may be; {}",
                bytes * 100 / self.quota_bytes,
                remedy(name)
            ));
        }
        let is_worth_it = bytes >= WORTH_IT && free >= 50;
        is_worth_it.then(|| format!("etcd {name}: {free} % of its store is free; {}", remedy(name)))
    }
}

/// One member at a time: it answers nobody meanwhile.
fn remedy(name: &str) -> String {
    format!(
        "defragment it: `provisioner exec --on {name} -- /usr/local/lib/provisioner/control-plane defragment`"
    )
}

/// etcd's own answer: true as text before 3.6.
fn is_well(health: &str) -> bool {
    let answer: Option<serde_json::Value> = serde_json::from_str(health).ok();
    answer.is_some_and(|answer| answer["health"] == "true" || answer["health"] == true)
}
