use clap::{Parser, Subcommand};

use super::{
    AddonsArguments, BundleArguments, CertsArguments, CompletionsArguments, DownArguments,
    EksTokenArguments, EtcdArguments, ExecArguments, GlobalArguments, InitArguments,
    KubeconfigArguments, LabArguments, ManArguments, OpenArguments, PlanArguments,
    PreflightArguments, RunsArguments, ScaleArguments, StatusArguments, UpArguments,
    UpgradeArguments, ValidateArguments,
};
use crate::exit::Exit;

const EXAMPLES: &str = "\
The way to a cluster:
  provisioner init --hosts > cluster.yaml     a commented spec: fill in your hosts
  provisioner validate -f cluster.yaml        what is wrong with it, line by line
  provisioner preflight -f cluster.yaml       what is wrong with the hosts
  provisioner plan -f cluster.yaml            what `up` would change, as diffs
  provisioner up -f cluster.yaml              make it so
  provisioner kubeconfig -f cluster.yaml --merge
  kubectl get nodes

No hosts at hand? `provisioner lab up -f SPEC` makes them on this machine.";

/// One cluster spec in, one working Kubernetes cluster out.
///
/// `provisioner` reads one YAML file, looks at the hosts it names over SSH, and makes them a
/// Kubernetes cluster: control planes behind a virtual address, workers, edge nodes. The same
/// command converges a cluster that drifted and finishes a run that was cut off. Nothing on this
/// machine is needed for that but the spec.
#[derive(Debug, Parser)]
#[command(
    name = "provisioner",
    version,
    propagate_version = false,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "`provisioner help COMMAND` has the details and examples of a command.",
    after_long_help = format!("{EXAMPLES}\n\n{}", Exit::table()),
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArguments),
    Validate(ValidateArguments),
    Preflight(PreflightArguments),
    Plan(PlanArguments),
    Up(UpArguments),
    Scale(ScaleArguments),
    Upgrade(UpgradeArguments),
    Down(DownArguments),
    Status(StatusArguments),
    Certs(CertsArguments),
    Etcd(EtcdArguments),
    Kubeconfig(KubeconfigArguments),
    Exec(ExecArguments),
    Addons(AddonsArguments),
    Open(OpenArguments),
    Runs(RunsArguments),
    Bundle(BundleArguments),
    Lab(LabArguments),
    EksToken(EksTokenArguments),
    /// Print the JSON Schema of a spec, with which an editor completes and checks it
    ///
    /// With the YAML language server, put this on the first line of a spec:
    /// `# yaml-language-server: $schema=cluster.schema.json`
    #[command(after_help = "Example:\n  provisioner schema > cluster.schema.json")]
    Schema,
    Completions(CompletionsArguments),
    Man(ManArguments),
}
