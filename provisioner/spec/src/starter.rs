/// A commented spec of a cluster on hosts to start from; it is a valid one.
pub const STARTER: &str = include_str!("../../../cluster-specs/hosts.yaml");
/// A commented spec of a cluster on EKS to start from; it is a valid one.
pub const STARTER_EKS: &str = include_str!("../../../cluster-specs/eks.yaml");
