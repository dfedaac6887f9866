use super::{
    rest::{not_converted, warn},
    user_data::user_data,
    vpc::NamedSubnet,
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{
            Sizes, eks_name, ids, instance_type, key_arn, policy_arn, role_arn, sizes, tags, whole,
            zone,
        },
        fields::Fields,
        host::node_labels,
        taint::taint,
    },
    diagnostic::{Fault, shown},
    model::{AmiFamily, IamRole, MaxUnavailable, NodeGroup, Taint, Volume, VolumeType},
    syntax,
};

/// In which of the two lists a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SelfManaged,
    Managed,
}

/// The groups, and what they say of the role that all of them have here.
#[derive(Default)]
pub(super) struct NodeGroups {
    pub(super) list: Vec<NodeGroup>,
    pub(super) role: Option<IamRole>,
    pub(super) policies: Vec<String>,
}

const REST: [&str; 20] = [
    "additionalVolumes",
    "ami",
    "asgSuspendProcesses",
    "capacityReservation",
    "disablePodIMDS",
    "ebsOptimized",
    "efaEnabled",
    "enableDetailedMonitoring",
    "instanceMarketOptions",
    "instanceName",
    "instancePrefix",
    "instanceSelector",
    "launchTemplate",
    "nodeRepairConfig",
    "outpostARN",
    "placement",
    "propagateASGTags",
    "releaseVersion",
    "status",
    "volumeName",
];
const REST_OF_SELF_MANAGED: [&str; 9] = [
    "asgMetricsCollection",
    "classicLoadBalancerNames",
    "clusterDNS",
    "containerRuntime",
    "cpuCredits",
    "enclaveEnabled",
    "localZones",
    "maxInstanceLifetime",
    "targetGroupARNs",
];

pub(super) fn node_groups(at: &Cursor<'_>, kind: Kind, subnets: &[NamedSubnet]) -> NodeGroups {
    let mut groups = NodeGroups::default();
    if at.is_empty() {
        return groups;
    }
    if kind == Kind::SelfManaged {
        warn(at, "nodeGroups", "these become groups that EKS manages");
    }
    for (group, iam) in at.list(|at| Some(node_group(at, kind, subnets))) {
        groups.list.push(group);
        groups.policies.extend(iam.policies);
        groups.role = groups.role.or(iam.role);
    }
    groups
}

fn node_group(at: &Cursor<'_>, kind: Kind, known: &[NamedSubnet]) -> (NodeGroup, GroupIam) {
    at.map(|fields| {
        let Sizes { min, max, desired } = sizes(fields, ["minSize", "maxSize", "desiredCapacity"]);
        let iam = fields.section("iam", group_iam);
        let (instance_types, distribution_spot) = instances(fields, kind);
        let ami = fields.optional("amiFamily", ami_family).unwrap_or(AmiFamily::AmazonLinux2023);
        let group = NodeGroup {
            name: fields.required("name", eks_name).unwrap_or_default(),
            instance_types,
            spot: fields.optional("spot", Cursor::boolean).unwrap_or(distribution_spot),
            ami,
            min,
            max,
            desired,
            hold_desired: false,
            private: fields.optional("privateNetworking", Cursor::boolean).unwrap_or(false),
            zones: fields
                .optional("availabilityZones", |at| Some(at.list(zone)))
                .unwrap_or_default(),
            subnets: fields.optional("subnets", |at| group_subnets(at, known)).unwrap_or_default(),
            volume: volume(fields),
            labels: fields.section("labels", node_labels),
            taints: fields.optional("taints", |at| Some(taints(at))).unwrap_or_default(),
            security_groups: fields.section("securityGroups", |at| security_groups(at, kind)),
            ssh_key: fields.section("ssh", ssh_key),
            user_data: user_data(fields, ami, kind),
            max_unavailable: fields.section("updateConfig", max_unavailable),
            tags: fields.section("tags", tags),
        };
        // Nodes made here never have it.
        fields.optional("disableIMDSv1", Cursor::boolean);
        not_converted(fields, &REST, "left out");
        if kind == Kind::SelfManaged {
            not_converted(fields, &REST_OF_SELF_MANAGED, "left out");
        }
        (group, iam)
    })
}

fn instances(fields: &Fields<'_, '_>, kind: Kind) -> (Vec<String>, bool) {
    let list = |at: &Cursor<'_>| Some(at.list(instance_type));
    let one = fields.optional("instanceType", |at| {
        // With a distribution, eksctl wants this word.
        if at.begins_with("mixed") { None } else { instance_type(at) }
    });
    let mut types = Vec::from_iter(one);
    let mut spot = false;
    match kind {
        Kind::Managed => types.extend(fields.optional("instanceTypes", list).unwrap_or_default()),
        Kind::SelfManaged => fields.section("instancesDistribution", |at| {
            at.map(|fields| {
                types.extend(fields.optional("instanceTypes", list).unwrap_or_default());
                let share = fields
                    .optional("onDemandPercentageAboveBaseCapacity", |at| at.integer(0..=100));
                spot = share == Some(0);
                let rest = [
                    "capacityRebalance",
                    "maxPrice",
                    "onDemandBaseCapacity",
                    "spotAllocationStrategy",
                    "spotInstancePools",
                ];
                not_converted(fields, &rest, "a group is of spot instances or of others");
            });
        }),
    }
    if types.is_empty() {
        types.push("m5.large".to_owned());
    }
    (types, spot)
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

/// eksctl knows hard disks as well.
fn volume_type(at: &Cursor<'_>) -> Option<VolumeType> {
    let kinds = [VolumeType::Gp2, VolumeType::Gp3, VolumeType::Io1, VolumeType::Io2]
        .map(|kind| (kind.as_str(), kind));
    if at.begins_with("sc1") || at.begins_with("st1") {
        at.fault(
            Fault::new(
                "volume",
                format!("no node can have a disk of type `{}`", shown(&at.text()?)),
                "nothing starts from a hard disk",
            )
            .hint(format!("one of {}", kinds.map(|(word, _)| word).join(", "))),
        );
        return None;
    }
    at.choice(&kinds)
}

fn volume(fields: &Fields<'_, '_>) -> Volume {
    Volume {
        size: fields.optional("volumeSize", |at| whole(at, 1, 16384)).unwrap_or(80),
        kind: fields.optional("volumeType", volume_type).unwrap_or(VolumeType::Gp3),
        iops: fields.optional("volumeIOPS", |at| whole(at, 100, 256_000)),
        throughput: fields.optional("volumeThroughput", |at| whole(at, 125, 2000)),
        encrypted: fields.optional("volumeEncrypted", Cursor::boolean).unwrap_or(false),
        kms_key: fields.optional("volumeKmsKeyID", key_arn),
    }
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

fn security_groups(at: &Cursor<'_>, kind: Kind) -> Vec<String> {
    at.map(|fields| {
        for key in ["withShared", "withLocal"] {
            fields.optional(key, |at| {
                match (at.boolean()?, kind) {
                    (false, _) => {}
                    (true, Kind::SelfManaged) => {
                        warn(at, key, "groups that EKS manages have the cluster's own instead");
                    }
                    (true, Kind::Managed) => at.fault(Fault::new(
                        "managed-node-group",
                        format!("`{key}` is not for managed node groups"),
                        "these have the security group of the cluster",
                    )),
                }
                Some(())
            });
        }
        fields.optional("attachIDs", |at| Some(ids(at, "sg"))).unwrap_or_default()
    })
}

fn ssh_key(at: &Cursor<'_>) -> Option<String> {
    at.map(|fields| {
        let allow = fields.optional("allow", Cursor::boolean);
        let name = fields.optional("publicKeyName", Cursor::text);
        let instead = "import the key into EC2 and give its name as `publicKeyName`";
        not_converted(fields, &["publicKey", "publicKeyPath"], instead);
        let rest = "the security groups of the nodes say who reaches them";
        not_converted(fields, &["sourceSecurityGroupIds"], rest);
        // The nodes' role allows it always.
        fields.optional("enableSsm", Cursor::boolean);
        name.filter(|_| allow != Some(false))
    })
}

fn max_unavailable(at: &Cursor<'_>) -> MaxUnavailable {
    at.map(|fields| {
        let nodes = fields.optional("maxUnavailable", |at| whole(at, 1, 100));
        let share = fields.optional("maxUnavailablePercentage", |at| whole(at, 1, 100));
        let share = share.map(MaxUnavailable::Percent);
        nodes.map(MaxUnavailable::Nodes).or(share).unwrap_or_default()
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

#[derive(Default)]
struct GroupIam {
    role: Option<IamRole>,
    policies: Vec<String>,
}

fn group_iam(at: &Cursor<'_>) -> GroupIam {
    at.map(|fields| {
        let rest = ["attachPolicy", "instanceProfileARN", "instanceRoleName"];
        not_converted(fields, &rest, "all groups have one role");
        not_converted(fields, &["instanceRolePermissionsBoundary"], "left out");
        let addons = "give the addons roles of their own, as `serviceAccounts` or pod identities";
        not_converted(fields, &["withAddonPolicies"], addons);
        let role = fields.optional("instanceRoleARN", role_arn);
        if role.is_some() {
            warn(at, "iam.instanceRoleARN", "the first one is the role of all groups");
        }
        GroupIam {
            role: role.map(IamRole::Arn),
            policies: fields
                .optional("attachPolicyARNs", |at| Some(at.list(policy_arn)))
                .unwrap_or_default(),
        }
    })
}
