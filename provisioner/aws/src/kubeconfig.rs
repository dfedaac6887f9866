//! The kubeconfig of a cluster on EKS: no key is in it, kubectl asks this program for tokens.

use serde_json::json;

use crate::AwsError;
use crate::ownership::own_cluster;
use crate::run::AwsSite;
use crate::work::Context;

/// The kubeconfig, as JSON, which is YAML as well. It is the only door into a cluster, also for what is done
/// inside before it goes: so here it is seen whose it is.
///
/// `program` is how kubectl calls this program; `profile` the AWS profile that it then takes, from wherever it is
/// called.
///
/// # Errors
/// The cluster cannot be looked at, does not exist, is another account's or somebody else's.
pub async fn kubeconfig(
    site: AwsSite,
    program: &str,
    profile: Option<&str>,
) -> Result<String, AwsError> {
    let context = Context::new(site.cluster, site.clients, site.pace);
    let name = context.names.cluster();
    let found = own_cluster(&context).await?;
    let found = found.and_then(|cluster| Some((cluster.endpoint?, cluster.certificate_authority?)));
    let Some((server, authority)) = found else {
        return Err(AwsError::NoCluster(name.to_owned()));
    };
    let arguments = ["eks-token", "--cluster", name, "--region", &context.cluster.eks.region];
    let environment = profile.map(|name| json!([{"name": "AWS_PROFILE", "value": name}]));
    let kubeconfig = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": name,
            "cluster": {"server": server, "certificate-authority-data": authority},
        }],
        "users": [{
            "name": name,
            "user": {"exec": {
                "apiVersion": "client.authentication.k8s.io/v1beta1",
                "command": program,
                "args": arguments,
                "env": environment,
                "interactiveMode": "Never",
                "provideClusterInfo": false,
            }},
        }],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    });
    Ok(kubeconfig.to_string())
}
