//! How instances are bought.

use aws_sdk_eks::types::CapacityTypes;
use provisioner_spec::NodeGroup as Spec;

pub(super) fn wanted(spec: &Spec) -> CapacityTypes {
    if spec.capacity_block {
        CapacityTypes::CapacityBlock
    } else if spec.spot {
        CapacityTypes::Spot
    } else {
        CapacityTypes::OnDemand
    }
}

/// As it is shown; where AWS says nothing, they are there on demand.
pub(super) fn shown(capacity: Option<&CapacityTypes>) -> &'static str {
    match capacity {
        Some(CapacityTypes::CapacityBlock) => "capacity block",
        Some(CapacityTypes::Spot) => "spot",
        _ => "on demand",
    }
}

/// The types that EKS is told: that of a capacity block is in the launch template ("Create a managed node group with
/// Capacity Blocks for ML").
pub(super) fn instance_types(spec: &Spec) -> Option<&Vec<String>> {
    (!spec.capacity_block).then_some(&spec.instance_types)
}
