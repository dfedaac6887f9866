use clap::Args;

/// How pods are moved away from a host that leaves.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Drain options")]
pub(crate) struct DrainArguments {
    /// How long the pods of a host that leaves have to end, in seconds. `PodDisruptionBudgets` are
    /// honoured; what blocks is named
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86400))]
    pub(crate) drain_timeout: u32,

    /// Delete the pods that are still there then, whatever protects them, and those that nothing will
    /// make anew
    #[arg(long)]
    pub(crate) force_drain: bool,
}
