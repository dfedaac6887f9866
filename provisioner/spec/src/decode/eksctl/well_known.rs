//! Policies that eksctl knows by the name of the program that needs them.

use super::{
    permissions::{Names, Permissions},
    rest::warn,
};
use crate::{
    AddonIdentity,
    decode::{Report, cursor::Cursor},
    model::partition,
};

/// Where what such a program needs is written down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// In a policy of AWS's own.
    Aws(&'static str),
    /// With the addon.
    Addon(&'static str),
    /// In a text, as its makers document it.
    Text(&'static str),
    /// Nowhere: why.
    Nowhere(&'static str),
}

const AUTOSCALER: Source = Source::Addon("cluster-autoscaler");
const LOAD_BALANCERS: Source = Source::Addon("aws-load-balancer-controller");
const CERT_MANAGER: Source = Source::Text(include_str!("well_known/cert-manager.json"));
const EBS: Source = Source::Aws("service-role/AmazonEBSCSIDriverPolicy");
const EFS: Source = Source::Aws("service-role/AmazonEFSCSIDriverPolicy");
const EXTERNAL_DNS: Source = Source::Text(include_str!("well_known/external-dns.json"));
const IMAGES: Source = Source::Aws("AmazonEC2ContainerRegistryPowerUser");
const MESH: Source = Source::Nowhere("AWS has given up App Mesh");

/// `wellKnownPolicies`.
pub(super) const WELL_KNOWN: [(&str, Source); 7] = [
    ("autoScaler", AUTOSCALER),
    ("awsLoadBalancerController", LOAD_BALANCERS),
    ("certManager", CERT_MANAGER),
    ("ebsCSIController", EBS),
    ("efsCSIController", EFS),
    ("externalDNS", EXTERNAL_DNS),
    ("imageBuilder", IMAGES),
];
/// `withAddonPolicies` of node groups.
pub(super) const OF_NODES: [(&str, Source); 13] = [
    ("albIngress", LOAD_BALANCERS),
    ("appMesh", MESH),
    ("appMeshPreview", MESH),
    ("autoScaler", AUTOSCALER),
    ("awsLoadBalancerController", LOAD_BALANCERS),
    ("certManager", CERT_MANAGER),
    ("cloudWatch", Source::Aws("CloudWatchAgentServerPolicy")),
    ("ebs", EBS),
    ("efs", EFS),
    ("externalDNS", EXTERNAL_DNS),
    ("fsx", Source::Aws("AmazonFSxFullAccess")),
    ("imageBuilder", IMAGES),
    ("xRay", Source::Aws("AWSXRayDaemonWriteAccess")),
];

/// Reads the names that are on.
pub(super) fn well_known(
    at: &Cursor<'_>,
    known: &[(&'static str, Source)],
    names: Names<'_>,
) -> Permissions {
    at.map(|fields| {
        let mut all = Permissions::default();
        for (name, source) in known {
            let Some(at) = fields.get(name).filter(|at| at.boolean() == Some(true)) else {
                continue;
            };
            match permissions(*source, at.report, names) {
                Ok(allowed) => all.add(allowed),
                Err(reason) => warn(at, name, reason),
            }
        }
        all
    })
}

/// The ARN of a policy of AWS's own.
pub(super) fn of_aws(policy: &str, names: Names<'_>) -> String {
    format!("arn:{}:iam::aws:policy/{policy}", partition(names.region))
}

fn permissions(
    source: Source,
    report: &Report,
    names: Names<'_>,
) -> Result<Permissions, &'static str> {
    let of = |identity: &AddonIdentity| {
        let policy = identity.policy_for(names.cluster, names.region);
        Permissions { policy, ..Permissions::default() }
    };
    match source {
        Source::Aws(policy) => {
            let policies = vec![of_aws(policy, names)];
            Ok(Permissions { policies, ..Permissions::default() })
        }
        Source::Addon(name) => {
            let identity = report.addons().get(name).and_then(|addon| addon.identity.as_ref());
            identity.map(of).ok_or("there is no such addon here")
        }
        Source::Text(text) => {
            let policy = serde_json::from_str(text).map_err(|_| "its policy cannot be read")?;
            let (namespace, service_account) = (String::new(), String::new());
            Ok(of(&AddonIdentity { namespace, service_account, policy }))
        }
        Source::Nowhere(reason) => Err(reason),
    }
}
