//! What is different from what is wanted.

use aws_sdk_eks::types::NodegroupStatus;

use super::capacity;
use super::find::of_spec;
use super::repair;
use super::state::GroupState;
use super::wanted::{NodeGroup, ami_type};
use crate::account::Account;
use crate::difference::{Difference, Kind};
use crate::resource::Resource as _;
use crate::resources::instance::InstanceState;
use crate::spec_tags::Tags;

impl NodeGroup {
    pub(super) fn compared(&self, account: &Account) -> Difference {
        let spec = &self.spec;
        let existing = of_spec(account, &spec.name);
        let Some(group) = self.best(account, &existing) else { return self.as_new(account) };
        let difference = self.fixed(account, group, Difference::of_existing());
        let status =
            if group.status == NodegroupStatus::Active { "ACTIVE" } else { group.status.as_str() };
        let mut difference = difference
            .field("status", status, "ACTIVE")
            .field("min", group.min, spec.min)
            .field("max", group.max, spec.max)
            .field(
                "maxUnavailable",
                group.max_unavailable.to_string(),
                spec.max_unavailable.to_string(),
            )
            .map("labels", &group.labels, &spec.labels)
            .field("taints", &group.taints, &self.taints());
        difference = repair::compared(difference, group.repair.as_ref(), spec.node_repair.as_ref());
        let desired = self.desired(group.desired);
        difference = difference.field("desired", group.desired, desired);
        if let Some(version) = self.newer_version(group.version) {
            let is = group.version.map(|version| version.to_string());
            difference = difference.field("version", is, version.to_string());
        }
        if difference.kind != Kind::Replace {
            difference = self.release_difference(account, group, difference);
            difference = self.template_difference(account, group, difference);
        }
        let surplus: Vec<_> = existing
            .iter()
            .filter(|other| other.name != group.name)
            .map(|other| other.name.clone())
            .collect();
        let difference = difference.field("replaced groups", &surplus, &Vec::new());
        self.nodes(account, group, difference).tags(&group.tags, &self.tags)
    }

    /// The tags of nodes that run. Those that nodes are started with change with the next new version of the
    /// launch template: none is replaced for a tag.
    fn nodes(&self, account: &Account, group: &GroupState, difference: Difference) -> Difference {
        let nodes = account.instances.get(&group.name).into_iter().flatten();
        let wanted = &self.template.instance_tags;
        let differs =
            |node: &&InstanceState| !Difference::of_existing().tags(&node.tags, wanted).is_same();
        let ids: Vec<_> = nodes.filter(differs).map(|node| node.id.clone()).collect();
        difference.field("nodes with other tags", &ids, &Vec::new())
    }

    /// The group that is as wanted, or else the one to be changed or replaced.
    pub(super) fn best<'a>(
        &self,
        account: &Account,
        existing: &[&'a GroupState],
    ) -> Option<&'a GroupState> {
        let fits =
            |group: &&&GroupState| self.fixed(account, group, Difference::of_existing()).is_same();
        let live = |group: &&&GroupState| group.status != NodegroupStatus::Deleting;
        let well = |group: &&&GroupState| group.status == NodegroupStatus::Active;
        let fitting = || existing.iter().filter(live).filter(fits);
        fitting().find(well).or_else(|| fitting().next()).or(existing.first()).copied()
    }

    /// Whether it is replaced, though it is as the spec says.
    pub(super) fn has_failed(group: &GroupState, replace: bool) -> bool {
        Self::goes_first(group, replace) || (replace && group.status == NodegroupStatus::Degraded)
    }

    /// Whether it has no nodes that anything runs on.
    pub(super) fn goes_first(group: &GroupState, replace: bool) -> bool {
        group.status == NodegroupStatus::Deleting
            || (replace && group.status == NodegroupStatus::CreateFailed)
    }

    /// What a group keeps for life.
    pub(super) fn fixed(
        &self,
        account: &Account,
        group: &GroupState,
        start: Difference,
    ) -> Difference {
        let shown = |id: &String| account.subnet_name(id).unwrap_or_else(|| id.clone());
        let subnets: Vec<_> = group.subnets.iter().map(shown).collect();
        let role = account.role_arn(&self.role, &self.role_name).ok();
        let start = match capacity::instance_types(&self.spec) {
            Some(types) => start.fixed("instanceTypes", &group.instance_types, types),
            None => start,
        };
        start
            .fixed("capacity", group.capacity, self.capacity())
            .fixed("ami", &group.ami, ami_type(&self.spec))
            .fixed("subnets", &subnets, &account.shown_subnets(&self.subnets(account)))
            .fixed("role", &group.role, role.unwrap_or_else(|| group.role.clone()))
    }

    fn capacity(&self) -> &'static str {
        capacity::shown(Some(&capacity::wanted(&self.spec)))
    }

    fn as_new(&self, account: &Account) -> Difference {
        let spec = &self.spec;
        let new = Difference::create()
            .with("instanceTypes", capacity::instance_types(spec))
            .with("capacity", self.capacity())
            .with("ami", ami_type(spec))
            .with("releaseVersion", self.release())
            .with("subnets", &self.subnets(account))
            .with("min", spec.min)
            .with("max", spec.max)
            .with("desired", spec.desired)
            .with("maxUnavailable", spec.max_unavailable.to_string())
            .map("labels", &Tags::new(), &spec.labels)
            .with("taints", &self.taints());
        repair::compared(new, None, spec.node_repair.as_ref()).tags(&Tags::new(), &self.tags)
    }

    /// The release of the AMI: that of the spec; else the latest, when that is asked for. It comes along with
    /// another version.
    fn release_difference(
        &self,
        account: &Account,
        group: &GroupState,
        difference: Difference,
    ) -> Difference {
        let latest = account.newer_releases.get(&group.name);
        let latest = latest.filter(|_| self.newer_version(group.version).is_none());
        let latest = latest.map(|release| format!("the latest, {release}"));
        match self.release().cloned().or(latest) {
            Some(wanted) => difference.field("releaseVersion", group.release.clone(), wanted),
            None => difference,
        }
    }

    /// Nodes started from an older version of the launch template are replaced one by one. A template
    /// that is yet to be changed will be a version further.
    fn template_difference(
        &self,
        account: &Account,
        group: &GroupState,
        difference: Difference,
    ) -> Difference {
        let Some(template) = account.templates.get(&self.spec.name) else {
            let is = group.template_version.clone();
            return difference.field("launchTemplate", is, "a new one");
        };
        let changes = self.template.difference(account).is_ok_and(|template| {
            template.fields.iter().any(|field| !field.name.starts_with("tags"))
        });
        let newest =
            if changes { "a new version".to_owned() } else { template.version.to_string() };
        difference.field("launchTemplate", group.template_version.clone(), newest)
    }
}
