use super::{
    Report, addons::addons, charts::charts, cursor::Cursor, fields::Fields, hosts::hosts,
    kubernetes::kubernetes, network::network, runtime::runtime,
};
use crate::{
    diagnostic::{Fault, shown},
    model::{API_VERSION, Cluster, KIND},
    syntax,
    yaml::Node,
};

/// Parts of a spec that other versions have.
const NOT_YET: [&str; 2] = ["hooks", "security"];

/// Reads a whole document, or reports that it is none of ours.
pub(crate) fn document(root: &Node, report: &Report) -> Option<Cluster> {
    let root = Cursor::root(root, report);
    if !root.is_map() {
        root.fault(Fault::new(
            "not-a-spec",
            "this is not a cluster spec",
            format!("must be a map with apiVersion: {API_VERSION}"),
        ));
        return None;
    }
    root.map(|fields| {
        if is_another_kind(fields) {
            fields.ignore_the_rest();
            return None;
        }
        let name = fields.required("metadata", |metadata| {
            metadata.map(|fields| {
                fields.required("name", |name| name.valid("invalid-name", "name", syntax::label))
            })
        });
        let spec = fields.required("spec", |spec| spec.map(cluster));
        Some(Cluster { name: name.unwrap_or_default(), ..spec? })
    })
}

/// Reports a document that only a different program or version can read.
fn is_another_kind(fields: &Fields<'_, '_>) -> bool {
    let version = fields.required("apiVersion", |version| {
        let text = version.text()?;
        if text.starts_with("eksctl.io/") {
            version.fault(eks("an eksctl ClusterConfig"));
        } else if text != API_VERSION {
            version.fault(Fault::new(
                "unsupported-api-version",
                format!("cannot read apiVersion `{}`", shown(&text)),
                format!("this version reads {API_VERSION}"),
            ));
        }
        Some(text)
    });
    if version.as_deref().is_some_and(|version| version != API_VERSION) {
        return true;
    }
    let kind = fields.required("kind", |kind| {
        let text = kind.text()?;
        if text != KIND {
            kind.fault(Fault::new(
                "unsupported-kind",
                format!("cannot read kind `{}`", shown(&text)),
                format!("a spec is of kind {KIND}"),
            ));
        }
        Some(text)
    });
    kind.as_deref().is_some_and(|kind| kind != KIND)
}

fn eks(found: &str) -> Fault {
    Fault::new(
        "eks-not-available",
        "this version creates clusters on hosts only",
        format!("this is {found}"),
    )
    .hint("describe the machines under `spec.hosts`")
}

fn cluster(fields: &Fields<'_, '_>) -> Option<Cluster> {
    if let Some(at) = fields.get_unavailable("eks") {
        at.fault_at_key(eks("a cluster on EKS"));
        fields.ignore_the_rest();
        return None;
    }
    let kubernetes = fields.required("kubernetes", |at| Some(kubernetes(at)));
    let version = kubernetes.as_ref().map(|kubernetes| &kubernetes.version);
    let runtime = fields.section("runtime", runtime);
    let network = fields.section("network", |at| network(at, version));
    let hosts = fields.required("hosts", |at| Some(hosts(at)));
    let charts = fields.section("charts", charts);
    let addons = fields.section("addons", addons);
    for key in NOT_YET {
        if let Some(at) = fields.get_unavailable(key) {
            at.fault_at_key(Fault::not_available(format!("`{key}`"), "not available yet"));
        }
    }
    Some(Cluster {
        name: String::new(),
        kubernetes: kubernetes?,
        runtime,
        network,
        hosts: hosts?,
        charts,
        addons,
    })
}
