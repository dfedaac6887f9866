use super::eks;
use crate::{
    decode::{addons::addons, charts::charts, cursor::Cursor, fields::Fields, network::cidr},
    diagnostic::Fault,
    model::{EksCluster, EksKubernetes, EksNetwork},
    syntax,
};

/// Parts of `kubernetes` that AWS decides on.
const KUBERNETES_OF_HOSTS: [&str; 8] = [
    "apiServer",
    "controllerManager",
    "etcd",
    "imageRepository",
    "kubeProxy",
    "kubelet",
    "packageRepository",
    "scheduler",
];
/// Parts of `network` that AWS decides on.
const NETWORK_OF_HOSTS: [&str; 4] = ["dns", "plugin", "podCidr", "proxy"];

/// Reads the `spec` of a cluster on EKS.
pub(in crate::decode) fn eks_cluster(fields: &Fields<'_, '_>) -> Option<EksCluster> {
    let kubernetes = fields.section("kubernetes", kubernetes);
    refuse(fields, &["runtime"], "EKS brings its own runtime");
    let network = fields.section("network", network);
    let eks = fields.required("eks", |at| Some(eks(at)));
    let charts = fields.section("charts", charts);
    let addons = fields.section("addons", addons);
    Some(EksCluster { name: String::new(), kubernetes, network, eks: eks?, charts, addons })
}

fn kubernetes(at: &Cursor<'_>) -> EksKubernetes {
    at.map(|fields| {
        refuse(fields, &KUBERNETES_OF_HOSTS, "AWS runs the control plane");
        refuse(fields, &["schedulableControlPlane"], "no pods run on the control planes of EKS");
        let version = |at: &Cursor<'_>| at.valid("invalid-version", "version", syntax::eks_version);
        EksKubernetes { version: fields.optional("version", version) }
    })
}

fn network(at: &Cursor<'_>) -> EksNetwork {
    at.map(|fields| {
        refuse(fields, &NETWORK_OF_HOSTS, "pods have addresses of the VPC, from the addon vpc-cni");
        EksNetwork { service_cidr: fields.optional("serviceCidr", cidr) }
    })
}

/// Reports keys that mean something for hosts only.
fn refuse(fields: &Fields<'_, '_>, keys: &[&'static str], reason: &str) {
    for key in keys {
        if let Some(at) = fields.get_unavailable(key) {
            let message = format!("`{key}` is not for clusters on EKS");
            at.fault_at_key(Fault::new("not-on-eks", message, reason));
        }
    }
}
