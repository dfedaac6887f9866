use clap::Args;

/// How a host leaves.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Removal options")]
pub(crate) struct DrainArguments {
    /// How long the pods of a host that leaves have to end, in seconds. `PodDisruptionBudgets` are
    /// honoured; what blocks is named
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86400))]
    pub(crate) drain_timeout: u32,

    /// Delete the pods that are still there then, whatever protects them, and those that nothing will
    /// make anew
    #[arg(long)]
    pub(crate) force_drain: bool,

    /// Let a host go that cannot be reached although its Node is ready: its kubelet is at work, and would register
    /// it again
    #[arg(long)]
    pub(crate) forget_unreachable: bool,
}
