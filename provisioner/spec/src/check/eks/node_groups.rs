use super::subject::{Group, Subject};
use crate::{
    AmiFamily, Architecture, CapacityReservation, Nat, Volume, VolumeType, check::nodes::reserved,
    diagnostic::Fault,
};

pub(super) fn names(subject: &Subject<'_>) {
    let groups = subject.node_groups();
    for (index, Group { path, group }) in groups.iter().enumerate() {
        let same = |other: &Group<'_>| other.group.name == group.name && !group.name.is_empty();
        if let Some(first) = groups[..index].iter().find(|other| same(other)) {
            let message = format!("two node groups have the name {}", group.name);
            let fault = Fault::new("duplicate-name", message, "the second one")
                .related(subject.place(&format!("{}.name", first.path)), "the first one");
            subject.fault(&format!("{path}.name"), fault);
        }
    }
}

pub(super) fn sizes(subject: &Subject<'_>) {
    for at in subject.node_groups() {
        let group = at.group;
        let wrong = |(here, eksctl): (&str, &str), reason: String| {
            let message = format!("the sizes of the node group {} do not go together", group.name);
            let path = at.at(here, eksctl);
            let path = if subject.is_given(&path) { path } else { at.path.clone() };
            subject.fault(&path, Fault::new("node-group-size", message, reason));
        };
        if group.max == 0 {
            wrong(("max", "maxSize"), "the greatest number of nodes is 1 at least".to_owned());
        } else if group.min > group.max {
            wrong(("min", "minSize"), format!("min {} is more than max {}", group.min, group.max));
        } else if !(group.min..=group.max).contains(&group.desired) {
            let reason = format!("{} is not from {} to {}", group.desired, group.min, group.max);
            wrong(("desired", "desiredCapacity"), reason);
        }
    }
}

pub(super) fn instance_types(subject: &Subject<'_>) {
    for at in subject.node_groups() {
        let types = &at.group.instance_types;
        let kind = at.group.architecture();
        let Some(other) = types.iter().find(|name| Architecture::of(name) != kind) else {
            continue;
        };
        let path = at.at("instanceTypes", "instanceTypes");
        let message = format!("{} and {other} run different programs", types[0]);
        let reason = "one group has processors of one kind: x86 or Arm";
        subject.fault_at_key(&path, Fault::new("mixed-architectures", message, reason));
    }
}

/// It is a reservation of instances of one type, paid for beforehand.
pub(super) fn capacity_blocks(subject: &Subject<'_>) {
    for at in subject.node_groups().into_iter().filter(|at| at.group.capacity_block) {
        let group = at.group;
        let is_named = matches!(
            group.capacity_reservation,
            Some(CapacityReservation::Id(_) | CapacityReservation::Group(_))
        );
        let (path, reason) = if !is_named {
            let path = at.at("capacityBlock", "instanceMarketOptions");
            (path, "`capacityReservation` names it by its id or its resource group")
        } else if group.spot {
            (at.at("spot", "spot"), "spot instances are of no reservation")
        } else if group.instance_types.iter().any(|name| *name != group.instance_types[0]) {
            (at.at("instanceTypes", "instanceTypes"), "it has instances of one type")
        } else {
            continue;
        };
        let path = if subject.is_given(&path) { path } else { at.path.clone() };
        let message = format!("the node group {} cannot take a capacity block", group.name);
        subject.fault_at_key(&path, Fault::new("capacity-block", message, reason));
    }
}

pub(super) fn placement(subject: &Subject<'_>) {
    let eks = subject.eks();
    for at in subject.node_groups() {
        let path = at.at("private", "privateNetworking");
        let path = if subject.is_given(&path) { path } else { at.path.clone() };
        let name = &at.group.name;
        subnets(subject, &at);
        if eks.vpc.is_imported() && at.group.subnets.is_empty() {
            let (kind, list) = if at.group.private {
                ("private", &eks.vpc.subnets.private)
            } else {
                ("public", &eks.vpc.subnets.public)
            };
            if list.is_empty() && subject.is_sound(&subject.path("eks.vpc", "vpc")) {
                let message = format!("the node group {name} has no subnet");
                let reason = format!("`vpc.subnets` names none that is {kind}");
                subject.fault(&path, Fault::new("no-subnet", message, reason));
            }
        } else if !eks.vpc.is_imported() && at.group.private && eks.vpc.nat() == Nat::None {
            subject.fault(
                &path,
                Fault::new(
                    "private-without-nat",
                    format!("the nodes of {name} could not join"),
                    "private nodes reach AWS through a NAT gateway, and there is none",
                )
                .hint("a NAT gateway (`single`), or nodes in public subnets"),
            );
        }
        for (index, zone) in at.group.zones.iter().enumerate() {
            if !eks.zones.is_empty() && !eks.zones.contains(zone) {
                let path = format!("{}[{index}]", at.at("zones", "availabilityZones"));
                let message = format!("the cluster is not in the zone {zone}");
                let reason = format!("its zones are {}", eks.zones.join(", "));
                subject.fault(&path, Fault::new("zone-elsewhere", message, reason));
            }
        }
    }
}

/// Those that are named are among those of the cluster.
fn subnets(subject: &Subject<'_>, at: &Group<'_>) {
    let vpc = &subject.eks().vpc;
    let path = at.at("subnets", "subnets");
    if !vpc.is_imported() && !at.group.subnets.is_empty() {
        let message = format!("`{path}` does not go with this VPC");
        let reason = "without `id`, a VPC is made with subnets of its own";
        subject.fault_at_key(&path, Fault::new("imported-vpc", message, reason));
        return;
    }
    for (index, id) in at.group.subnets.iter().enumerate() {
        if !vpc.subnets.all().any(|one| one == id) {
            let message = format!("{id} is no subnet of this cluster");
            let fault = Fault::new("foreign-subnet", message, "must be one of `vpc.subnets`");
            subject.fault(&format!("{path}[{index}]"), fault);
        }
    }
}

pub(super) fn volumes(subject: &Subject<'_>) {
    for at in subject.node_groups() {
        let own = |(here, eksctl): (&str, &str)| at.at(&format!("volume.{here}"), eksctl);
        volume(subject, &at.group.volume, own);
        if at.group.volume.snapshot.is_some() && at.group.ami == AmiFamily::AmazonLinux2023 {
            let message = "a snapshot for the disk that nodes start from".to_owned();
            let fault = Fault::new("volume", message, "that is made from the AMI");
            subject.fault(&own(("snapshot", "")), fault);
        }
        for (device, further) in &at.group.additional_volumes {
            let path = at.at(&format!("additionalVolumes.{device}"), "additionalVolumes");
            let inside = |(here, _): (&str, &str)| {
                let inner = format!("{path}.{here}");
                if subject.is_given(&inner) { inner } else { path.clone() }
            };
            volume(subject, further, inside);
            if device == at.group.ami.device() {
                let message = format!("{device} is the disk that each node has");
                let fault = Fault::new("volume", message, "that is `volume`");
                subject.fault_at_key(&path, fault);
            }
        }
    }
}

/// What a disk has follows from its type; `place` tells where the spec, or else eksctl's file, says it.
fn volume(subject: &Subject<'_>, volume: &Volume, place: impl Fn((&str, &str)) -> String) {
    let kind = volume.kind.as_str();
    let needs_iops = matches!(volume.kind, VolumeType::Io1 | VolumeType::Io2);
    let fault = |at, message: String, reason: &str| {
        subject.fault(&place(at), Fault::new("volume", message, reason));
    };
    if volume.iops.is_some() && volume.kind == VolumeType::Gp2 {
        let message = format!("a volume of type {kind} has no `iops`");
        fault(("iops", "volumeIOPS"), message, "they follow from its size");
    }
    if needs_iops && volume.iops.is_none() {
        let message = format!("a volume of type {kind} needs `iops`");
        fault(("type", "volumeType"), message, "there are none");
    }
    if volume.throughput.is_some() && volume.kind != VolumeType::Gp3 {
        let message = format!("a volume of type {kind} has no `throughput`");
        fault(("throughput", "volumeThroughput"), message, "gp3 alone has");
    }
    if volume.kms_key.is_some() && !volume.encrypted {
        let message = "a key for a volume that is not encrypted".to_owned();
        fault(("kmsKey", "volumeKmsKeyID"), message, "`encrypted` is false");
    }
}

/// A release of Amazon Linux begins with the version of Kubernetes that it is for; one of Bottlerocket does not tell.
pub(super) fn releases(subject: &Subject<'_>) {
    let Some(version) = subject.cluster.kubernetes.version else { return };
    for at in subject.node_groups() {
        let Some(release) = &at.group.release_version else { continue };
        if at.group.ami == AmiFamily::Bottlerocket || release.starts_with(&format!("{version}.")) {
            continue;
        }
        let path = at.at("releaseVersion", "releaseVersion");
        let message = format!("the release {release} is for another version of Kubernetes");
        let fault =
            Fault::new("release-of-another-version", message, format!("this has {version}"));
        let hint =
            format!("one that begins with `{version}.`, or leave it out: AWS takes the latest");
        subject.fault(&path, fault.hint(hint));
    }
}

pub(super) fn labels(subject: &Subject<'_>) {
    for at in subject.node_groups() {
        for key in at.group.labels.keys() {
            if let Some(reason) = reserved(key) {
                let message = format!("the label `{key}` is reserved");
                let path = format!("{}.labels.{key}", at.path);
                let fault = Fault::new("reserved-label", message, reason);
                subject.fault_at_key(
                    &path,
                    fault.hint("use a prefix of your own, such as `example.com/`"),
                );
            }
        }
    }
}
