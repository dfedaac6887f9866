//! The kubeconfig of a cluster on EKS: no key is in it, kubectl asks this program for tokens.

use serde_json::json;

use crate::AwsError;
use crate::resources::cluster;
use crate::run::AwsSite;
use crate::work::Context;

/// The kubeconfig, as JSON, which is YAML as well.
///
/// `program` is how kubectl calls this program.
///
/// # Errors
/// The cluster cannot be looked at, or does not exist.
pub async fn kubeconfig(site: AwsSite, program: &str) -> Result<String, AwsError> {
    let context = Context::new(site.cluster, site.clients, site.pace);
    let name = context.names.cluster();
    let found = cluster::find(&context).await?;
    let found = found.and_then(|cluster| Some((cluster.endpoint?, cluster.certificate_authority?)));
    let Some((server, authority)) = found else {
        return Err(AwsError::NoCluster(name.to_owned()));
    };
    let arguments = ["eks-token", "--cluster", name, "--region", &context.cluster.eks.region];
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
                "interactiveMode": "Never",
                "provideClusterInfo": false,
            }},
        }],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    });
    Ok(kubeconfig.to_string())
}
