use clap::Args;

use super::{ConnectArguments, SpecArguments};

/// Open a web page of an addon: grafana, kibana, kiali, jaeger, prometheus, dashboard
///
/// It goes through the API and, where that is out of reach, through SSH; a port of this machine's loopback
/// leads there until Ctrl-C. What one logs in with is shown: a token made for it, valid for an hour, or
/// the password that the addon has.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner open grafana -f cluster.yaml
  provisioner open dashboard -f cluster.yaml --output json | jq -r .url")]
pub(crate) struct OpenArguments {
    /// What to open; without it, what there is is listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,

    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}
