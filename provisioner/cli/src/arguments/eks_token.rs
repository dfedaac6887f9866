use clap::Args;

/// Print a token for the Kubernetes API of a cluster on EKS, as kubectl wants it
///
/// kubectl calls this by itself, from the kubeconfig that `provisioner kubeconfig` makes. Credentials
/// are those of the AWS CLI: the environment, profiles, SSO, roles. The token serves 14 minutes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  provisioner eks-token --cluster prod --region us-west-2")]
pub(crate) struct EksTokenArguments {
    /// The name of the cluster
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: String,

    /// Its region. Default: `AWS_REGION`, or that of the profile
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
}
