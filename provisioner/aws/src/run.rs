//! Whole runs: `plan`, `up`, `scale`, `upgrade`, `down`.

use std::num::NonZeroUsize;
use std::sync::Arc;

use provisioner_engine::{Events, Interrupt, Options, RunInfo, Summary};
use provisioner_spec::EksCluster;

use crate::driver::AwsDriver;
use crate::planner::AwsPlanner;
use crate::work::Context;
use crate::{Clients, Pace};

/// A cluster on EKS, and how AWS is reached.
#[derive(Debug, Clone)]
pub struct AwsSite {
    pub cluster: EksCluster,
    pub clients: Clients,
    pub pace: Pace,
}

/// What a run is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Make everything as the spec says.
    Up {
        /// Remove what the spec no longer asks for.
        prune: bool,
        /// Delete what has failed, and make it anew.
        replace_failed: bool,
    },
    /// Remove everything.
    Down,
    /// Set the number of nodes of some groups.
    Scale(Vec<(String, u32)>),
}

#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Its mode says whether anything is changed.
    pub info: RunInfo,
    /// How many resources at once.
    pub parallelism: NonZeroUsize,
}

/// Carries out a run; in check mode, tells what it would change. What goes wrong is in the summary.
pub async fn carry_out(
    site: AwsSite,
    purpose: Purpose,
    options: RunOptions,
    interrupt: &Interrupt,
    events: &Events,
) -> Summary {
    let (prune, replace_failed) = match purpose {
        Purpose::Up { prune, replace_failed } => (prune, replace_failed),
        Purpose::Down | Purpose::Scale(_) => (true, false),
    };
    let mut context = Context::new(site.cluster, site.clients, site.pace);
    context.replace_failed = replace_failed;
    let context = Arc::new(context);
    let mut planner = AwsPlanner { context: Arc::clone(&context), purpose };
    let driver = Arc::new(AwsDriver { context, prune });
    let options = Options { info: options.info, parallelism: options.parallelism };
    provisioner_engine::run(&mut planner, driver, &options, interrupt, events).await.summary
}
