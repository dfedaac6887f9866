//! Whole runs: `plan`, `up`, `scale`, `upgrade`, `down`.

use std::num::NonZeroUsize;
use std::sync::Arc;

use provisioner_engine::{Both, Chain, Events, Further, Interrupt, Options, RunInfo, Summary};
use provisioner_spec::EksCluster;

use crate::driver::AwsDriver;
use crate::planner::AwsPlanner;
use crate::purpose::Purpose;
use crate::targets;
use crate::work::Context;
use crate::{Clients, Pace};

/// A cluster on EKS, and how AWS is reached.
#[derive(Debug, Clone)]
pub struct AwsSite {
    pub cluster: EksCluster,
    pub clients: Clients,
    pub pace: Pace,
}

#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Its mode says whether anything is changed.
    pub info: RunInfo,
    /// How many resources at once.
    pub parallelism: NonZeroUsize,
}

/// As [`carry_out`], with the stages of another room: what comes into the cluster is installed after it is made,
/// and goes before it does.
pub async fn carry_out_with<B: Clone + Send + Sync + 'static>(
    site: AwsSite,
    purpose: Purpose,
    options: RunOptions,
    further: Further<'_, B>,
    interrupt: &Interrupt,
    events: &Events,
) -> Summary {
    let goes = purpose == Purpose::Down;
    let (mut planner, driver) = begin(site, purpose);
    let options = Options { info: options.info, parallelism: options.parallelism };
    let outcome = if goes {
        let mut chain = Chain::new(further.planner, &mut planner);
        let driver = Arc::new(Both::new(further.driver, driver));
        provisioner_engine::run(&mut chain, driver, &options, interrupt, events).await
    } else {
        let mut chain = Chain::new(&mut planner, further.planner);
        let driver = Arc::new(Both::new(driver, further.driver));
        provisioner_engine::run(&mut chain, driver, &options, interrupt, events).await
    };
    outcome.summary
}

/// Carries out a run; in check mode, tells what it would change. What goes wrong is in the summary.
pub async fn carry_out(
    site: AwsSite,
    purpose: Purpose,
    options: RunOptions,
    interrupt: &Interrupt,
    events: &Events,
) -> Summary {
    let (mut planner, driver) = begin(site, purpose);
    let options = Options { info: options.info, parallelism: options.parallelism };
    provisioner_engine::run(&mut planner, driver, &options, interrupt, events).await.summary
}

/// Who plans a run on AWS, and who carries it out.
fn begin(site: AwsSite, purpose: Purpose) -> (AwsPlanner, Arc<AwsDriver>) {
    let mut context = Context::new(site.cluster, site.clients, site.pace);
    let mut prunes = true;
    if let Purpose::Up { prune, replace_failed, latest_releases } = purpose {
        prunes = prune;
        context.replace_failed = replace_failed;
        context.latest_releases = latest_releases;
    }
    let context = Arc::new(context);
    let planner = AwsPlanner { context: Arc::clone(&context), purpose };
    (planner, Arc::new(AwsDriver { context, prune: prunes }))
}

/// The parts of a cluster that have versions, in the order in which an upgrade changes them.
pub fn upgrade_order(cluster: &EksCluster) -> Vec<String> {
    let addons = cluster.eks.addons.keys().map(|name| targets::addon(name));
    let groups = cluster.eks.node_groups.iter().map(|group| targets::node_group(&group.name));
    std::iter::once(targets::CLUSTER.to_owned()).chain(addons).chain(groups).collect()
}
