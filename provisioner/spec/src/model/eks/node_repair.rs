use super::NodeShare;
use schemars::JsonSchema;
use serde::Serialize;

/// EKS reboots or replaces nodes that are ill. Without this, it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct NodeRepair {
    /// So many ill nodes, and it stops: more of them are a sign of something else. Default: AWS's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unhealthy: Option<NodeShare>,
    /// So many are repaired at once. Default: AWS's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_parallel: Option<NodeShare>,
    /// What is done at once or not at all, for conditions that the node monitoring agent reports.
    #[schemars(with = "Option<Vec<RepairOverride>>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<RepairOverride>,
}

/// What is done with nodes of one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct RepairOverride {
    /// The condition of the node, such as `AcceleratedHardwareReady`.
    pub condition: String,
    /// The reason that the agent gives, such as `NvidiaXID13Error`.
    pub reason: String,
    /// How long a node has it before anything is done.
    pub wait_minutes: u32,
    /// What is done.
    pub action: RepairAction,
}

/// What is done with a node that is ill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum RepairAction {
    /// Nothing.
    NoAction,
    /// It is started anew.
    Reboot,
    /// Another one takes its place.
    Replace,
}

impl RepairAction {
    pub const ALL: [Self; 3] = [Self::NoAction, Self::Reboot, Self::Replace];

    /// The word that AWS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAction => "NoAction",
            Self::Reboot => "Reboot",
            Self::Replace => "Replace",
        }
    }
}
