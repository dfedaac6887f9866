use super::{
    eks_name, id, ids, instance_type, network_source, node_repair::node_repair, placement_group,
    release_version, subnets, tags, volume_key, zone,
};
use crate::{
    decode::{cursor::Cursor, fields::Fields, host::node_labels, taint::taint},
    diagnostic::{Fault, shown},
    model::{AmiFamily, CpuCredits, NodeGroup, NodeShare, Volume, VolumeType},
    syntax,
};
use std::collections::BTreeMap;

const DEFAULT_INSTANCE_TYPE: &str = "m5.large";
/// Auto Scaling allows no larger groups.
pub(in crate::decode) const MOST_NODES: u64 = 5000;
/// EKS replaces no more nodes at once.
pub(in crate::decode) const MOST_UNAVAILABLE: u64 = 100;

/// How many nodes a group has.
#[derive(Clone, Copy, Debug)]
pub(in crate::decode) struct Sizes {
    pub(in crate::decode) min: u32,
    pub(in crate::decode) max: u32,
    pub(in crate::decode) desired: u32,
}

pub(super) fn node_group(at: &Cursor<'_>) -> NodeGroup {
    let families = [
        ("AmazonLinux2023", AmiFamily::AmazonLinux2023),
        ("Bottlerocket", AmiFamily::Bottlerocket),
    ];
    at.map(|fields| {
        let Sizes { min, max, desired } = sizes(fields, ["min", "max", "desired"]);
        NodeGroup {
            name: fields.required("name", eks_name).unwrap_or_default(),
            instance_types: fields
                .optional("instanceTypes", |at| Some(at.list(instance_type)))
                .filter(|types| !types.is_empty())
                .unwrap_or_else(|| vec![DEFAULT_INSTANCE_TYPE.to_owned()]),
            spot: fields.optional("spot", Cursor::boolean).unwrap_or(false),
            ami: fields
                .optional("ami", |at| at.choice(&families))
                .unwrap_or(AmiFamily::AmazonLinux2023),
            min,
            max,
            desired,
            hold_desired: fields.optional("holdDesired", Cursor::boolean).unwrap_or(false),
            private: fields.optional("private", Cursor::boolean).unwrap_or(true),
            zones: fields.optional("zones", |at| Some(at.list(zone))).unwrap_or_default(),
            subnets: fields.optional("subnets", |at| Some(subnets(at))).unwrap_or_default(),
            volume: fields.section("volume", volume),
            additional_volumes: fields.section("additionalVolumes", |at| {
                additional_volumes(at.entries().into_iter().map(|(device, at)| {
                    let volume = volume(&at);
                    (device.to_owned(), at, volume)
                }))
            }),
            detailed_monitoring: fields
                .optional("detailedMonitoring", Cursor::boolean)
                .unwrap_or(false),
            placement_group: fields.optional("placementGroup", placement_group),
            capacity_reservation: fields.optional("capacityReservation", |at| {
                at.valid("invalid-reservation", "reservation", syntax::capacity_reservation)
            }),
            capacity_block: fields.optional("capacityBlock", Cursor::boolean).unwrap_or(false),
            cpu_credits: fields.optional("cpuCredits", cpu_credits),
            ebs_optimized: fields.optional("ebsOptimized", Cursor::boolean).unwrap_or(false),
            enclaves: fields.optional("enclaves", Cursor::boolean).unwrap_or(false),
            labels: fields.section("labels", node_labels),
            taints: fields.optional("taints", |at| Some(at.list(taint))).unwrap_or_default(),
            security_groups: fields
                .optional("securityGroups", |at| Some(ids(at, "sg")))
                .unwrap_or_default(),
            ssh_key: fields.optional("sshKey", Cursor::text),
            ssh_from: fields
                .optional("sshFrom", |at| Some(at.list(network_source)))
                .unwrap_or_default(),
            user_data: fields.optional("userData", Cursor::lines),
            pod_imds: fields.optional("podImds", Cursor::boolean).unwrap_or(true),
            release_version: fields.optional("releaseVersion", release_version),
            max_unavailable: fields
                .optional("maxUnavailable", |at| node_share(at, MOST_UNAVAILABLE))
                .unwrap_or_default(),
            node_repair: fields.optional("nodeRepair", |at| Some(node_repair(at))),
            tags: fields.section("tags", tags),
        }
    })
}

/// The sizes under these keys; what is not said follows from what is, as with eksctl.
pub(in crate::decode) fn sizes(fields: &Fields<'_, '_>, keys: [&'static str; 3]) -> Sizes {
    let [min, max, desired] = keys.map(|key| fields.optional(key, |at| whole(at, 0, MOST_NODES)));
    let min = min.or(desired).unwrap_or(2);
    let max = max.unwrap_or(desired.unwrap_or(min).max(1));
    Sizes { min, max, desired: desired.unwrap_or(min) }
}

fn volume(at: &Cursor<'_>) -> Volume {
    let kinds = [VolumeType::Gp2, VolumeType::Gp3, VolumeType::Io1, VolumeType::Io2]
        .map(|kind| (kind.as_str(), kind));
    at.map(|fields| Volume {
        size: fields.optional("size", |at| whole(at, 1, 16384)).unwrap_or(80),
        kind: fields.optional("type", |at| at.choice(&kinds)).unwrap_or(VolumeType::Gp3),
        iops: fields.optional("iops", |at| whole(at, 100, 256_000)),
        throughput: fields.optional("throughput", |at| whole(at, 125, 2000)),
        encrypted: fields.optional("encrypted", Cursor::boolean).unwrap_or(true),
        kms_key: fields.optional("kmsKey", volume_key),
        snapshot: fields.optional("snapshot", |at| id(at, "snap")),
    })
}

pub(in crate::decode) fn cpu_credits(at: &Cursor<'_>) -> Option<CpuCredits> {
    at.choice(&CpuCredits::ALL.map(|credits| (credits.as_str(), credits)))
}

/// Each by its device, which is at that place.
pub(in crate::decode) fn additional_volumes<'a>(
    volumes: impl IntoIterator<Item = (String, Cursor<'a>, Volume)>,
) -> BTreeMap<String, Volume> {
    let mut all = BTreeMap::new();
    for (device, at, volume) in volumes {
        match syntax::device(&device) {
            Ok(device) if all.contains_key(&device) => at.fault_at_key(Fault::new(
                "duplicate-name",
                format!("two disks have the device {device}"),
                "the second one",
            )),
            Ok(device) => drop(all.insert(device, volume)),
            Err(invalid) => at.fault_at_key(Fault::new(
                "invalid-device",
                format!("invalid device `{}`", shown(&device)),
                invalid.reason,
            )),
        }
    }
    all
}

/// A number, or a share such as `30%`.
pub(in crate::decode) fn node_share(at: &Cursor<'_>, most: u64) -> Option<NodeShare> {
    let text = at.text()?;
    let Some(share) = text.strip_suffix('%') else {
        return whole(at, 1, most).map(NodeShare::Nodes);
    };
    let share = share.parse().ok().filter(|share| (1..=100).contains(share));
    if share.is_none() {
        let message = format!("`{}` cannot be `{}`", at.path(), shown(&text));
        at.fault(Fault::new("out-of-range", message, "a share is from 1% to 100%"));
    }
    share.map(NodeShare::Percent)
}

pub(in crate::decode) fn whole(at: &Cursor<'_>, least: u64, most: u64) -> Option<u32> {
    at.integer(least..=most).and_then(|number| u32::try_from(number).ok())
}
