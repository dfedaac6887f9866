use super::{
    capacity::{capacity_block, capacity_reservation, placement_group},
    instances::instances,
    node_repair::{max_unavailable, node_repair},
    node_role::{GroupIam, group_iam},
    permissions::Names,
    rest::{Rest, not_converted, warn},
    ssh::ssh,
    user_data::user_data,
    volumes::{additional_volumes, volume},
    vpc::{NamedSubnet, Network},
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{Sizes, cpu_credits, eks_name, ids, release_version, sizes, tags, zone},
        fields::Fields,
        host::node_labels,
        taint::taint,
    },
    diagnostic::{Fault, shown},
    model::{AmiFamily, NodeGroup, Taint},
    syntax,
};
use std::collections::BTreeMap;

/// In which of the two lists a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SelfManaged,
    Managed,
}

/// What groups are read with.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) names: Names<'a>,
    pub(super) network: &'a Network,
    /// The permissions boundary of all roles.
    pub(super) boundary: Option<&'a String>,
}

const OF_EKS: &str = "EKS runs the Auto Scaling group";
const REST: [Rest; 6] = [
    ("asgSuspendProcesses", OF_EKS),
    ("efaEnabled", "nodes have no EFA interfaces"),
    ("launchTemplate", "a launch template is made for the group"),
    ("outpostARN", "nodes run in the region"),
    ("propagateASGTags", "cluster-autoscaler learns labels and taints of a group from EKS"),
    ("status", "what AWS says of it"),
];
const REST_OF_SELF_MANAGED: [Rest; 5] = [
    ("asgMetricsCollection", OF_EKS),
    ("classicLoadBalancerNames", "nodes are registered by controllers in the cluster"),
    ("localZones", "nodes run in the zones of the cluster"),
    ("maxInstanceLifetime", "nodes run until they are replaced"),
    ("targetGroupARNs", "nodes are registered by controllers in the cluster"),
];

/// The groups, and what each says of the role that all of them have here.
pub(super) fn node_groups<'a>(
    at: &Cursor<'a>,
    kind: Kind,
    of: Surroundings<'_>,
) -> Vec<(NodeGroup, GroupIam<'a>)> {
    if at.is_empty() {
        return Vec::new();
    }
    if kind == Kind::SelfManaged {
        warn(at, "nodeGroups", "these become groups that EKS manages");
    }
    at.list(|at| Some(node_group(at, kind, of)))
}

fn node_group<'a>(at: &Cursor<'a>, kind: Kind, of: Surroundings<'_>) -> (NodeGroup, GroupIam<'a>) {
    at.map(|fields| {
        let Sizes { min, max, desired } = sizes(fields, ["minSize", "maxSize", "desiredCapacity"]);
        let iam = fields.section("iam", |at| group_iam(at, of.names, of.boundary));
        let (instance_types, distribution_spot) = instances(fields, kind);
        let ami = fields.optional("amiFamily", ami_family).unwrap_or(AmiFamily::AmazonLinux2023);
        let private = fields.optional("privateNetworking", Cursor::boolean).unwrap_or(false);
        let (security_groups, has_own) = fields.section("securityGroups", |at| {
            security_groups(at, kind, of.network.shared_group.as_ref())
        });
        let ssh = fields.section("ssh", |at| ssh(at, ami, private, has_own));
        let name = fields.required("name", eks_name).unwrap_or_default();
        let own_tags = fields.section("tags", tags);
        let is_on = |key| fields.optional(key, Cursor::boolean) == Some(true);
        let group = NodeGroup {
            instance_types,
            spot: fields.optional("spot", Cursor::boolean).unwrap_or(distribution_spot),
            ami,
            min,
            max,
            desired,
            hold_desired: false,
            private,
            zones: fields
                .optional("availabilityZones", |at| Some(at.list(zone)))
                .unwrap_or_default(),
            subnets: fields
                .optional("subnets", |at| group_subnets(at, &of.network.subnets))
                .unwrap_or_default(),
            volume: volume(fields),
            additional_volumes: fields
                .optional("additionalVolumes", |at| Some(additional_volumes(at)))
                .unwrap_or_default(),
            detailed_monitoring: is_on("enableDetailedMonitoring"),
            placement_group: fields.section("placement", placement_group),
            capacity_reservation: fields.section("capacityReservation", capacity_reservation),
            capacity_block: fields.section("instanceMarketOptions", capacity_block),
            cpu_credits: match kind {
                Kind::SelfManaged => fields.optional("cpuCredits", cpu_credits),
                Kind::Managed => None,
            },
            ebs_optimized: is_on("ebsOptimized"),
            enclaves: kind == Kind::SelfManaged && is_on("enclaveEnabled"),
            labels: fields.section("labels", node_labels),
            taints: fields.optional("taints", |at| Some(taints(at))).unwrap_or_default(),
            security_groups,
            user_data: user_data(fields, ami, kind, &ssh),
            ssh_key: ssh.name,
            ssh_from: ssh.from,
            pod_imds: fields.optional("disablePodIMDS", Cursor::boolean) != Some(true),
            release_version: fields.optional("releaseVersion", release_version),
            max_unavailable: fields.section("updateConfig", max_unavailable),
            node_repair: match kind {
                Kind::Managed => fields.section("nodeRepairConfig", node_repair),
                Kind::SelfManaged => None,
            },
            tags: with_name(fields, own_tags, &format!("{}-{name}-Node", of.names.cluster)),
            name,
        };
        rest(fields, kind, ami);
        (group, iam)
    })
}

/// What is there already, and what is not converted.
fn rest(fields: &Fields<'_, '_>, kind: Kind, ami: AmiFamily) {
    fields.optional("disableIMDSv1", |at| {
        if at.boolean() == Some(false) {
            warn(at, "disableIMDSv1: false", "instances answer to IMDSv2 alone");
        }
        Some(())
    });
    let is_default = |key, words: &[&str]| {
        let word = fields.get(key).filter(|at| !at.is_map()).and_then(Cursor::text);
        word.is_some_and(|word| words.contains(&word.as_str()))
    };
    if !is_default("ami", &["auto", "auto-ssm", "static"]) {
        not_converted(fields, &[("ami", "the AMI that EKS has for `amiFamily`")]);
    }
    if !is_default("volumeName", &[ami.device()]) {
        let instead = "the disk that the AMI starts from, or keeps containers on";
        not_converted(fields, &[("volumeName", instead)]);
    }
    not_converted(fields, &REST);
    if kind == Kind::SelfManaged {
        if !is_default("containerRuntime", &["containerd"]) {
            not_converted(fields, &[("containerRuntime", "containerd")]);
        }
        not_converted(fields, &REST_OF_SELF_MANAGED);
    }
}

/// eksctl calls instances by a tag.
fn with_name(
    fields: &Fields<'_, '_>,
    mut tags: BTreeMap<String, String>,
    default: &str,
) -> BTreeMap<String, String> {
    let text = |at: &Cursor<'_>| at.valid("invalid-tag", "value of a tag", syntax::tag_value);
    let prefix = fields.optional("instancePrefix", text);
    let name = fields.optional("instanceName", text);
    if prefix.is_some() || name.is_some() {
        let name = name.unwrap_or_else(|| default.to_owned());
        let name = prefix.map_or(name.clone(), |prefix| format!("{prefix}-{name}"));
        tags.entry("Name".to_owned()).or_insert(name);
    }
    tags
}

fn ami_family(at: &Cursor<'_>) -> Option<AmiFamily> {
    let text = at.text()?;
    match text.as_str() {
        "AmazonLinux2023" => return Some(AmiFamily::AmazonLinux2023),
        "Bottlerocket" => return Some(AmiFamily::Bottlerocket),
        "AmazonLinux2" => warn(at, "AmazonLinux2", "AmazonLinux2023: the older one has ended"),
        _ => at.warn(Fault::not_available(
            format!("`amiFamily: {}`", shown(&text)),
            "AmazonLinux2023 and Bottlerocket are",
        )),
    }
    Some(AmiFamily::AmazonLinux2023)
}

/// A list of taints, or a map of keys to `value:Effect`.
fn taints(at: &Cursor<'_>) -> Vec<Taint> {
    if !at.is_map() {
        return at.list(taint);
    }
    let read = |(key, value): (&str, Cursor<'_>)| {
        value.valid("invalid-taint", "taint", |text| syntax::taint_text(&format!("{key}={text}")))
    };
    at.entries().into_iter().filter_map(read).collect()
}

/// Those that exist, and whether eksctl makes one for the group, which lets in SSH.
fn security_groups(at: &Cursor<'_>, kind: Kind, shared: Option<&String>) -> (Vec<String>, bool) {
    at.map(|fields| {
        let mut groups = fields.optional("attachIDs", |at| Some(ids(at, "sg"))).unwrap_or_default();
        let with = |key| {
            fields.optional(key, |at| {
                let on = at.boolean()?;
                match kind {
                    Kind::Managed if on => at.fault(Fault::new(
                        "managed-node-group",
                        format!("`{key}` is not for managed node groups"),
                        "these have the security group of the cluster",
                    )),
                    Kind::SelfManaged if on && (key == "withLocal" || shared.is_none()) => {
                        warn(at, key, "groups that EKS manages have the cluster's own instead");
                    }
                    _ => {}
                }
                Some(on)
            })
        };
        let [with_shared, with_local] = ["withShared", "withLocal"].map(with);
        let shared = shared.filter(|one| !groups.contains(one));
        if kind == Kind::SelfManaged && with_shared != Some(false) {
            groups.extend(shared.cloned());
        }
        (groups, kind == Kind::Managed || with_local != Some(false))
    })
}

/// The ids of subnets of the cluster, which eksctl also takes by their names.
fn group_subnets(at: &Cursor<'_>, known: &[NamedSubnet]) -> Option<Vec<String>> {
    let find = |text: &str| known.iter().find(|one| one.name == text || one.id == text);
    if at.any_item(|text| find(text).is_none()) {
        warn(at, "subnets", "those of its kind in its zones: not all of them are in `vpc.subnets`");
        return None;
    }
    Some(at.list(|at| find(&at.text()?).map(|one| one.id.clone())))
}
