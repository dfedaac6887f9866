use super::{super::addons::Addons, subject::Subject};
use crate::diagnostic::Fault;
use std::net::IpAddr;

const VERSION: &str = "spec.kubernetes.version";

/// Whether each addon makes sense on EKS, and has what it needs.
pub(super) fn fit(subject: &Subject<'_>) {
    let addons = Addons { said: &subject.cluster.addons, schemas: subject.addon_schemas() };
    let version = subject.cluster.kubernetes.version.map(semver::Version::from);
    for addon in addons.enabled() {
        if addon.schema.implied {
            let message = format!("the addon `{}` is not for clusters on EKS", addon.name);
            let reason = "it is a part of the network of hosts; here that is the addon vpc-cni";
            subject.fault_at_key(&addon.path, Fault::new("not-on-eks", message, reason));
            continue;
        }
        if let Some(fault) = version.as_ref().and_then(|version| addon.wrong_version(version)) {
            subject.fault_at_key(&addon.path, fault.related(subject.place(VERSION), "the version"));
        }
        for fault in addons.missing(&addon) {
            subject.fault_at_key(&addon.path, fault);
        }
        for (path, host) in addon.hosts().filter(|(_, host)| host.parse::<IpAddr>().is_err()) {
            let message = format!("there is no host `{host}`: this cluster is on EKS");
            subject.fault(&path, Fault::new("unknown-host", message, "must be an address"));
        }
    }
}

/// EKS would put back what we change, and we what it changes.
pub(super) fn once(subject: &Subject<'_>) {
    let of_eks = &subject.eks().addons;
    let enabled = subject.cluster.addons.iter().filter(|(_, addon)| addon.enabled);
    for (name, _) in enabled.filter(|(name, _)| of_eks.contains_key(*name)) {
        let message = format!("the addon `{name}` is installed twice");
        let fault = Fault::new("duplicate-addon", message, "EKS installs it as well")
            .related(subject.place(&format!("spec.eks.addons.{name}")), "here")
            .hint("name it in one of both places");
        subject.fault_at_key(&format!("spec.addons.{name}"), fault);
    }
}
