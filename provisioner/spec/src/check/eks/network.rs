use super::subject::Subject;
use crate::{ControlPlaneSubnets, diagnostic::Fault};
use ipnet::IpNet;

/// EKS wants subnets in two zones at least.
const LEAST_ZONES: usize = 2;
/// A VPC is divided into eight parts, half of them for public subnets.
const MOST_ZONES: usize = 4;

/// An imported VPC is described by ids, one that is made by its range.
pub(super) fn imported_or_made(subject: &Subject<'_>) {
    let vpc = &subject.eks().vpc;
    let are_named = matches!(vpc.control_plane_subnets, ControlPlaneSubnets::Named(_));
    let of_imported = [
        ("eks.vpc.subnets", "vpc.subnets", !vpc.subnets.is_empty()),
        ("eks.vpc.controlPlaneSubnets", "vpc.controlPlaneSubnetIDs", are_named),
    ];
    let of_made = [
        ("eks.vpc.cidr", "vpc.cidr", vpc.cidr.is_some()),
        ("eks.vpc.nat", "vpc.nat", vpc.nat.is_some()),
        ("eks.vpc.hostnameType", "vpc.hostnameType", vpc.hostname_type.is_some()),
    ];
    let (others, reason) = if vpc.is_imported() {
        (of_made.as_slice(), "`id` names a VPC that exists: it is left as it is")
    } else {
        (of_imported.as_slice(), "without `id`, a VPC is made with subnets of its own")
    };
    for (here, eksctl, _) in others.iter().filter(|(.., given)| *given) {
        let path = subject.path(here, eksctl);
        let message = format!("`{path}` does not go with this VPC");
        subject.fault_at_key(&path, Fault::new("imported-vpc", message, reason));
    }
}

pub(super) fn imported_subnets(subject: &Subject<'_>) {
    let vpc = &subject.eks().vpc;
    let path = subject.path("eks.vpc.subnets", "vpc.subnets");
    if !vpc.is_imported() || !subject.is_sound(&path) {
        return;
    }
    let count = vpc.subnets.all().count();
    // The control plane needs them, unless it has others.
    if count < LEAST_ZONES && vpc.control_plane_subnets == ControlPlaneSubnets::All {
        let path = if count == 0 { subject.path("eks.vpc.id", "vpc.id") } else { path };
        subject.fault_at_key(
            &path,
            Fault::new("too-few-subnets", "too few subnets", format!("{count} of at least two"))
                .hint("EKS wants subnets in two zones: name them under `vpc.subnets`"),
        );
        return;
    }
    named_once(subject, &path, &vpc.subnets.all().collect::<Vec<_>>());
}

fn named_once(subject: &Subject<'_>, path: &str, all: &[&String]) {
    if let Some(twice) = all.iter().enumerate().find(|(index, id)| all[..*index].contains(id)) {
        let message = format!("the subnet {} is there twice", twice.1);
        subject
            .fault_at_key(path, Fault::new("duplicate-subnet", message, "a subnet is one thing"));
    }
}

/// Of a VPC that is made, there is a private one in each zone.
pub(super) fn control_plane_subnets(subject: &Subject<'_>) {
    let vpc = &subject.eks().vpc;
    let (key, count) = match &vpc.control_plane_subnets {
        ControlPlaneSubnets::All => return,
        ControlPlaneSubnets::Private => ("controlPlaneOnPrivateSubnets", vpc.subnets.private.len()),
        ControlPlaneSubnets::Named(named) => ("controlPlaneSubnetIDs", named.len()),
    };
    let path = subject.path("eks.vpc.controlPlaneSubnets", &format!("vpc.{key}"));
    let subnets = subject.path("eks.vpc.subnets", "vpc.subnets");
    if !vpc.is_imported() || !subject.is_sound(&path) || !subject.is_sound(&subnets) {
        return;
    }
    if count < LEAST_ZONES {
        let message = "too few subnets for the control plane";
        let fault = Fault::new("too-few-subnets", message, format!("{count} of at least two"));
        subject.fault_at_key(&path, fault.hint("EKS wants subnets in two zones"));
        return;
    }
    let named = vpc.control_plane_subnets.named();
    named_once(subject, &path, &named.iter().collect::<Vec<_>>());
}

/// AWS has VPCs of a /16 to a /28; an eighth of a /24 is still a subnet (/27).
pub(super) fn size_of_the_vpc(subject: &Subject<'_>) {
    let Some(cidr) = subject.eks().vpc.cidr else { return };
    if !(16..=24).contains(&cidr.prefix_len()) {
        subject.fault(
            &subject.path("eks.vpc.cidr", "vpc.cidr"),
            Fault::new("vpc-size", format!("no VPC is made of {cidr}"), "must be a /16 to a /24"),
        );
    }
}

pub(super) fn zones(subject: &Subject<'_>) {
    let eks = subject.eks();
    let path = subject.path("eks.zones", "availabilityZones");
    for (index, zone) in eks.zones.iter().enumerate() {
        let at = format!("{path}[{index}]");
        if eks.zones[..index].contains(zone) {
            let fault = Fault::new("duplicate-zone", "a zone is there twice", "the second one");
            subject.fault(&at, fault);
        } else if !eks.region.is_empty() && !zone.starts_with(&eks.region) {
            let message = format!("the zone {zone} is not in the region {}", eks.region);
            subject.fault(&at, Fault::new("zone-elsewhere", message, "in another region"));
        }
    }
    if !eks.zones.is_empty() && !(LEAST_ZONES..=MOST_ZONES).contains(&eks.zones.len()) {
        let message = format!("a cluster cannot be in {} zones", eks.zones.len());
        let reason = format!("from {LEAST_ZONES} to {MOST_ZONES}");
        subject.fault_at_key(&path, Fault::new("number-of-zones", message, reason));
    }
}

/// AWS takes a private /24 to /12 for services that has nothing in common with the VPC.
pub(super) fn service_range(subject: &Subject<'_>) {
    let Some(range) = subject.cluster.network.service_cidr else { return };
    let path = subject.path("network.serviceCidr", "kubernetesNetworkConfig.serviceIPv4CIDR");
    let is_private = match range {
        IpNet::V4(range) => range.network().is_private(),
        IpNet::V6(_) => false,
    };
    if !is_private || !(12..=24).contains(&range.prefix_len()) {
        let message = format!("{range} cannot be the services' range");
        let reason = "must be a /24 to a /12 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16";
        subject.fault(&path, Fault::new("service-range", message, reason));
        return;
    }
    let vpc = &subject.eks().vpc;
    let network = IpNet::V4(vpc.cidr());
    if !vpc.is_imported() && (network.contains(&range) || range.contains(&network)) {
        let message = format!("the services' range {range} and the VPC {network} overlap");
        let fault = Fault::new("overlap", message, "this is the services' range");
        let vpc_path = subject.path("eks.vpc.cidr", "vpc.cidr");
        let fault = if subject.is_given(&vpc_path) {
            fault.related(subject.place(&vpc_path), "this is the VPC's")
        } else {
            fault
        };
        subject.fault(&path, fault);
    }
}

pub(super) fn endpoint(subject: &Subject<'_>) {
    let endpoint = &subject.eks().endpoint;
    if !endpoint.public && !endpoint.private {
        subject.fault_at_key(
            &subject.path("eks.endpoint", "vpc.clusterEndpoints"),
            Fault::new("no-endpoint", "nobody could reach the API", "neither public nor private"),
        );
    }
}
