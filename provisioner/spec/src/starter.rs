/// A commented spec to start from; it is a valid one.
pub const STARTER: &str = include_str!("../../../cluster-specs/hosts.yaml");
