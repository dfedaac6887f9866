//! What there will be, in numbers.

use provisioner_spec::{EksCluster, FargateProfile, Nat, NodeGroup};

/// What will exist in the account when the spec is carried out, a line each: what AWS charges for is
/// not to be a surprise.
pub(crate) fn what_will_exist(cluster: &EksCluster, zones: &[String]) -> String {
    let eks = &cluster.eks;
    let mut lines = vec!["What will exist:".to_owned(), "  1 control plane".to_owned()];
    if eks.vpc.is_imported() {
        lines.push("  no VPC of its own".to_owned());
    } else {
        let nats = match eks.vpc.nat() {
            Nat::None => 0,
            Nat::Single => 1,
            Nat::PerZone => zones.len(),
        };
        let subnets = 2 * zones.len();
        lines.push(format!("  1 VPC with {subnets} subnets in {}", zones.join(", ")));
        let plural = if nats == 1 { "" } else { "s" };
        lines.push(format!("  {nats} NAT gateway{plural}, each with an elastic IP address"));
    }
    lines.extend(eks.node_groups.iter().map(node_group));
    lines.extend(eks.fargate_profiles.iter().map(fargate_profile));
    if !eks.logging.is_empty() {
        lines.push(format!("  {} kinds of logs in CloudWatch", eks.logging.len()));
    }
    lines.join("\n")
}

fn node_group(group: &NodeGroup) -> String {
    let NodeGroup { name, min, max, desired, volume, .. } = group;
    let capacity = match (group.capacity_block, group.spot) {
        (true, _) => "a capacity block",
        (false, true) => "spot",
        (false, false) => "on demand",
    };
    let types = group.instance_types.join(" or ");
    let size = volume.size;
    format!("  {desired} nodes ({min} to {max}) of {types}, {capacity}, {size} GiB each: {name}")
}

fn fargate_profile(profile: &FargateProfile) -> String {
    let namespaces = profile.selectors.iter().map(|selector| selector.namespace.as_str());
    let namespaces: Vec<_> = namespaces.collect();
    format!("  pods of {} on Fargate, charged by pod: {}", namespaces.join(", "), profile.name)
}
