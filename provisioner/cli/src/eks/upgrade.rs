use std::ops::RangeInclusive;

use provisioner_aws::{AwsSite, MOST_AHEAD, Purpose};
use provisioner_engine::{Outcome, Summary};
use provisioner_spec::EksVersion;

use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use crate::arguments::UpgradeArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::run;

/// From one version to another.
#[derive(Clone, Copy)]
struct Way {
    is: EksVersion,
    wanted: EksVersion,
    /// An upgrade that was cut off has left nodes behind.
    nodes_lag: bool,
}

/// Goes to a version, one minor version after the other: each time the control plane, then the addons,
/// then the nodes. To the version that it has, it brings the latest releases of the nodes' AMIs.
pub(crate) fn upgrade(
    program: &Program,
    arguments: &UpgradeArguments,
    eks: Eks,
) -> Result<Exit, Error> {
    let site = eks.site()?;
    let way = way(&site, &arguments.to)?;
    if arguments.plan {
        return plan(program, arguments, &site, way);
    }
    if !arguments.yes
        && let Some(exit) = agree(program, &site, way)?
    {
        return Ok(exit);
    }
    for minor in way.minors() {
        let summary = to(program, &site, EksVersion { minor }, APPLY)?;
        if summary.outcome != Outcome::Done {
            return Ok(Exit::of_run(&summary));
        }
    }
    if site.cluster.kubernetes.version != Some(way.wanted) {
        let wanted = way.wanted;
        program.terminal.say(format_args!("Write `version: \"{wanted}\"` into the spec."));
    }
    Ok(Exit::Done)
}

fn way(site: &AwsSite, to: &str) -> Result<Way, Error> {
    let refuse = |why: String| Error::Upgrade { to: to.to_owned(), why };
    let wanted: EksVersion =
        to.parse().map_err(|()| refuse("a version is one such as 1.36".to_owned()))?;
    let status = block_on(async { Ok(provisioner_aws::status(site.clone()).await?) })?;
    let is = status.version.as_ref().and_then(|version| version.parse::<EksVersion>().ok());
    let Some(is) = is else {
        return Err(refuse("there is no cluster yet".to_owned()));
    };
    if wanted < is {
        return Err(refuse(format!("the cluster has {is}, and none goes back")));
    }
    let has = is.to_string();
    let nodes_lag = status.node_groups.iter().any(|group| group.version.as_ref() != Some(&has));
    Ok(Way { is, wanted, nodes_lag })
}

/// Shows what would change all in all, and by way of which versions.
fn plan(
    program: &Program,
    arguments: &UpgradeArguments,
    site: &AwsSite,
    way: Way,
) -> Result<Exit, Error> {
    let summary = to(program, site, way.planned(), run::Purpose::Plan)?;
    program.terminal.say(way.text());
    if arguments.detailed_exitcode && summary.outcome == Outcome::ChangesPending {
        return Ok(Exit::ChangesPending);
    }
    Ok(Exit::of_run(&summary))
}

/// Shows what would change and asks. An exit where there is nothing to go on to.
fn agree(program: &Program, site: &AwsSite, way: Way) -> Result<Option<Exit>, Error> {
    if !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let preview = to(program, site, way.planned(), run::Purpose::Preview)?;
    if preview.outcome != Outcome::ChangesPending {
        return Ok(Some(Exit::of_run(&preview)));
    }
    program.terminal.say(way.text());
    let (name, Way { is, wanted, .. }) = (&site.cluster.name, way);
    let question = if is == wanted {
        format!("\nMake these changes to the cluster {name}, which stays at {is}?")
    } else {
        format!("\nUpgrade the cluster {name} from {is} to {wanted}?")
    };
    program.terminal.agree(question)?;
    Ok(None)
}

/// Everything of the spec, at this version.
fn to(
    program: &Program,
    site: &AwsSite,
    version: EksVersion,
    view: run::Purpose,
) -> Result<Summary, Error> {
    let mut site = site.clone();
    site.cluster.kubernetes.version = Some(version);
    let how = How::new("upgrade", view).ordered(provisioner_aws::upgrade_order(&site.cluster));
    let purpose = Purpose::Up { prune: false, replace_failed: false, latest_releases: true };
    carry_out(program, &site, None, purpose, &how)
}

impl Way {
    /// The versions that are gone to. That which it has is one of them where something is left to do there.
    fn minors(self) -> RangeInclusive<u64> {
        let Self { is, wanted, nodes_lag } = self;
        let first = if nodes_lag || is == wanted { is.minor } else { is.minor + 1 };
        first..=wanted.minor
    }

    /// The furthest version that can be looked at from here.
    fn planned(self) -> EksVersion {
        EksVersion { minor: self.wanted.minor.min(self.is.minor + MOST_AHEAD) }
    }

    fn text(self) -> String {
        let Self { is, wanted, .. } = self;
        let minors = is.minor + 1..=wanted.minor;
        let versions: Vec<_> = minors.map(|minor| EksVersion { minor }.to_string()).collect();
        match versions.len() {
            0 => format!("The cluster has {is}."),
            1 => format!("From {is} to {wanted}: the control plane, then addons, then nodes."),
            _ => format!(
                "From {is} by way of {}: each time the control plane, then addons, then nodes.",
                versions.join(", ")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_version_is_left_out_on_the_way() {
        let way = |is, wanted| Way {
            is: EksVersion { minor: is },
            wanted: EksVersion { minor: wanted },
            nodes_lag: false,
        };
        assert!(way(33, 35).text().contains("by way of 1.34, 1.35:"));
        assert_eq!(way(33, 35).planned().minor, 35);
        assert_eq!(way(30, 36).planned().minor, 33, "nodes are three versions behind at most");
        assert_eq!(way(33, 33).text(), "The cluster has 1.33.");
        assert_eq!(way(33, 35).minors(), 34..=35);
        assert_eq!(way(33, 33).minors(), 33..=33, "an upgrade that was cut off at its end");
        assert_eq!(Way { nodes_lag: true, ..way(33, 35) }.minors(), 33..=35);
    }
}
