use super::{super::addons::Addons, subject::Subject};
use crate::{EksAddon, Platform, ServiceAccount, diagnostic::Fault};
use std::net::IpAddr;

const VERSION: &str = "spec.kubernetes.version";

/// Whether each addon makes sense on EKS, and has what it needs.
pub(super) fn fit(subject: &Subject<'_>) {
    let addons = Addons { said: &subject.cluster.addons, schemas: subject.addon_schemas() };
    let version = subject.cluster.kubernetes.version.map(semver::Version::from);
    for addon in addons.enabled() {
        if addon.schema.implied || !addon.schema.is_for(Platform::Eks) {
            let message = format!("the addon `{}` is not for clusters on EKS", addon.name);
            let reason = if addon.schema.implied {
                "it is a part of the network of hosts; here that is the addon vpc-cni"
            } else {
                "it is for clusters on hosts"
            };
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

/// The name of a role that a service account assumes goes into its annotation, before there is a role.
pub(super) fn roles(subject: &Subject<'_>) {
    let addons = Addons { said: &subject.cluster.addons, schemas: subject.addon_schemas() };
    let accounts = &subject.eks().service_accounts;
    for addon in addons.enabled() {
        let Some(needed) = &addon.schema.identity else { continue };
        let (namespace, name) = (&needed.namespace, &needed.service_account);
        let is_it = |one: &ServiceAccount| (&one.namespace, &one.name) == (namespace, name);
        let Some(index) = accounts.iter().position(is_it) else { continue };
        if subject.cluster.service_account_role(namespace, name).is_none() {
            let message = format!("the role of the addon `{}` is not known beforehand", addon.name);
            let reason = "its service account is annotated with the ARN of its role";
            let place = subject.place(&format!("spec.eks.serviceAccounts[{index}]"));
            let fault = Fault::new("unknown-role", message, reason).related(place, "the role");
            let hint = "say `roleName` there and `eks.account`, or name it under `podIdentities`";
            subject.fault_at_key(&addon.path, fault.hint(hint));
        }
    }
}

/// A role that is made for an addon of EKS goes to its service account.
pub(super) fn service_accounts(subject: &Subject<'_>) {
    let addons = subject.eks().addons.iter().filter(|(_, addon)| addon.has_role());
    for (name, addon) in addons.filter(|(name, _)| EksAddon::service_account(name).is_none()) {
        let key = if addon.policies.is_empty() { "policy" } else { "policies" };
        let path = format!("{}.{name}.{key}", subject.path("eks.addons", "addons"));
        let message = format!("the addon `{name}` cannot be given a role");
        let fault = Fault::new("unknown-role", message, "its service account is not known here");
        let hint = "name namespace and service account under `podIdentities`";
        subject.fault_at_key(&path, fault.hint(hint));
    }
}
