use super::{
    Report,
    addons::addons,
    charts::charts,
    cursor::Cursor,
    eks::{eks, eks_cluster, give_identities},
    eksctl,
    fields::Fields,
    hooks::hooks,
    hosts::hosts,
    kubernetes::kubernetes,
    network::network,
    runtime::runtime,
    security::security,
};
use crate::{
    diagnostic::{Fault, shown},
    model::{API_VERSION, Cluster, KIND, Spec},
    syntax,
    yaml::Node,
};

/// What kind of document this is.
enum Format {
    Ours,
    Eksctl,
    Unknown,
}

/// Reads a whole document, or reports that it is none of ours.
pub(crate) fn document(root: &Node, report: &Report) -> Option<Spec> {
    let root = Cursor::root(root, report);
    if !root.is_map() {
        root.fault(Fault::new(
            "not-a-spec",
            "this is not a cluster spec",
            format!("must be a map with apiVersion: {API_VERSION}"),
        ));
        return None;
    }
    root.map(|fields| match format(fields) {
        Format::Ours => ours(fields, report),
        Format::Eksctl => {
            eksctl::cluster_config(fields).map(|cluster| Spec::Eks(Box::new(cluster)))
        }
        Format::Unknown => {
            fields.ignore_the_rest();
            None
        }
    })
}

fn ours(fields: &Fields<'_, '_>, report: &Report) -> Option<Spec> {
    let name = fields.required("metadata", |metadata| {
        metadata.map(|fields| {
            fields.required("name", |name| name.valid("invalid-name", "name", syntax::label))
        })
    });
    let spec = fields.required("spec", |spec| spec.map(|fields| one_of_both(spec, fields)));
    let mut spec = spec?.named(name.unwrap_or_default());
    if let Spec::Eks(cluster) = &mut spec {
        give_identities(cluster, report);
    }
    Some(spec)
}

/// Finds out what kind of document this is, and reports one that cannot be read.
fn format(fields: &Fields<'_, '_>) -> Format {
    let mut wanted_kind = KIND;
    let version = fields.required("apiVersion", |version| {
        let text = version.text()?;
        if text == eksctl::API_VERSION {
            wanted_kind = "ClusterConfig";
        } else if text != API_VERSION {
            version.fault(Fault::new(
                "unsupported-api-version",
                format!("cannot read apiVersion `{}`", shown(&text)),
                format!("this version reads {API_VERSION}, and eksctl's {}", eksctl::API_VERSION),
            ));
        }
        Some(text)
    });
    let is_known = |version: &str| [API_VERSION, eksctl::API_VERSION].contains(&version);
    if version.as_deref().is_some_and(|version| !is_known(version)) {
        return Format::Unknown;
    }
    let kind = fields.required("kind", |kind| {
        let text = kind.text()?;
        if text != wanted_kind {
            kind.fault(Fault::new(
                "unsupported-kind",
                format!("cannot read kind `{}`", shown(&text)),
                format!("a spec is of kind {wanted_kind}"),
            ));
        }
        Some(text)
    });
    match kind.as_deref() {
        Some(kind) if kind != wanted_kind => Format::Unknown,
        _ if wanted_kind == KIND => Format::Ours,
        _ => Format::Eksctl,
    }
}

/// Reads a cluster on hosts or one on EKS.
fn one_of_both(spec: &Cursor<'_>, fields: &Fields<'_, '_>) -> Option<Spec> {
    if fields.has("eks") && !fields.has("hosts") {
        return eks_cluster(fields).map(|cluster| Spec::Eks(Box::new(cluster)));
    }
    let cluster = cluster(fields);
    // Known here, and read so that all of its mistakes come out.
    fields.optional("eks", |at| {
        eks(at);
        at.fault_at_key(
            Fault::new(
                "hosts-and-eks",
                "a cluster is either on hosts or on EKS",
                "there are `hosts` as well",
            )
            .related(spec.place_of("hosts"), "the hosts"),
        );
        Some(())
    });
    cluster.map(|cluster| Spec::Hosts(Box::new(cluster)))
}

fn cluster(fields: &Fields<'_, '_>) -> Option<Cluster> {
    let kubernetes = fields.required("kubernetes", |at| Some(kubernetes(at)));
    let version = kubernetes.as_ref().map(|kubernetes| &kubernetes.version);
    let runtime = fields.section("runtime", runtime);
    let network = fields.section("network", |at| network(at, version));
    let security = fields.section("security", security);
    let hosts = fields.required("hosts", |at| Some(hosts(at)));
    let hooks = fields.optional("hooks", |at| Some(hooks(at))).unwrap_or_default();
    let charts = fields.section("charts", charts);
    let addons = fields.section("addons", addons);
    Some(Cluster {
        name: String::new(),
        kubernetes: kubernetes?,
        runtime,
        network,
        security,
        hosts: hosts?,
        hooks,
        charts,
        addons,
    })
}
