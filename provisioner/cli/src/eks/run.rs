use jiff::Timestamp;
use provisioner_aws::{AwsSite, RunOptions};
use provisioner_engine::{Mode, RunId, RunInfo, Summary};

use crate::error::Error;
use crate::program::Program;
use crate::run::{self, Purpose};

/// How a run on AWS is shown, and whether it changes anything.
pub(super) struct How {
    /// As in `provisioner up`.
    pub(super) command: &'static str,
    pub(super) view: Purpose,
}

impl How {
    fn mode(&self) -> Mode {
        match self.view {
            Purpose::Plan | Purpose::Preview => Mode::Check,
            Purpose::Up { .. } | Purpose::Down => Mode::Apply,
        }
    }
}

/// One that changes something.
pub(super) const APPLY: Purpose = Purpose::Up { skip_preflight: false };

/// Carries out a run on AWS.
pub(super) fn carry_out(
    program: &Program,
    site: &AwsSite,
    purpose: provisioner_aws::Purpose,
    how: &How,
) -> Result<Summary, Error> {
    let info = RunInfo {
        run: RunId::new(Timestamp::now()),
        command: how.command.to_owned(),
        cluster: site.cluster.name.clone(),
        mode: how.mode(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let options = RunOptions { info: info.clone(), parallelism: program.options.parallelism };
    let mut sinks = Vec::from_iter(run::progress(&program.terminal, how.view, &[]));
    sinks.extend(run::results(&program.terminal, how.view, Vec::new()));
    if how.view != Purpose::Preview {
        sinks.extend(run::record(program, &info));
    }
    let site = site.clone();
    run::carry_out(program, sinks, async move |interrupt, events| {
        Ok(provisioner_aws::carry_out(site, purpose, options, &interrupt, &events).await)
    })
}
