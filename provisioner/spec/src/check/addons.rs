use super::subject::Subject;
use crate::{Addon, AddonSchema, AddonSchemas, Platform, diagnostic::Fault};
use semver::Version;
use serde_json::Value;
use std::{collections::BTreeMap, net::IpAddr};

/// What a spec says about addons, and what it may say.
#[derive(Clone, Copy)]
pub(super) struct Addons<'a> {
    pub(super) said: &'a BTreeMap<String, Addon>,
    pub(super) schemas: &'a AddonSchemas,
}

/// An addon that is enabled, and where it stands.
pub(super) struct Enabled<'a> {
    pub(super) name: &'a str,
    pub(super) path: String,
    pub(super) schema: &'a AddonSchema,
    settings: &'a serde_json::Map<String, Value>,
    host_settings: &'a [String],
}

/// Whether each addon fits this cluster, and has what it needs.
pub(super) fn fit(subject: &Subject<'_>) {
    let addons = addons(subject);
    for addon in addons.enabled() {
        if !addon.schema.is_for(Platform::Hosts) {
            let message = format!("the addon `{}` is not for clusters on hosts", addon.name);
            let reason = "it is for clusters on EKS: it works with AWS";
            subject.fault_at_key(&addon.path, Fault::new("not-on-hosts", message, reason));
            continue;
        }
        if let Some(fault) = wrong_version(subject, &addon) {
            subject.fault_at_key(&addon.path, fault);
        }
        for fault in addons.missing(&addon) {
            subject.fault_at_key(&addon.path, fault);
        }
    }
}

/// Whether what must be a host is one.
pub(super) fn hosts(subject: &Subject<'_>) {
    for addon in addons(subject).enabled() {
        for (path, host) in addon.hosts() {
            let is_known = subject.cluster.nodes().any(|one| one.name == host);
            if !is_known && host.parse::<IpAddr>().is_err() {
                let message = format!("there is no host `{host}`");
                let reason = "must be a node of this spec, or an address";
                subject.fault(&path, Fault::new("unknown-host", message, reason));
            }
        }
    }
}

fn addons<'a>(subject: &Subject<'a>) -> Addons<'a> {
    Addons { said: &subject.cluster.addons, schemas: subject.addon_schemas() }
}

fn wrong_version(subject: &Subject<'_>, addon: &Enabled<'_>) -> Option<Fault> {
    subject.minor()?;
    let fault = addon.wrong_version(&subject.cluster.kubernetes.version)?;
    Some(fault.related(subject.place("spec.kubernetes.version"), "the version"))
}

impl<'a> Addons<'a> {
    pub(super) fn enabled(self) -> impl Iterator<Item = Enabled<'a>> {
        let enabled = self.said.iter().filter(|(_, addon)| addon.enabled);
        enabled.filter_map(move |(name, Addon { settings, host_settings, .. })| {
            let (path, schema) = (format!("spec.addons.{name}"), self.schemas.get(name)?);
            Some(Enabled { name, path, schema, settings, host_settings })
        })
    }

    /// A fault for each addon that this one needs and that is not enabled.
    pub(super) fn missing(self, addon: &Enabled<'a>) -> impl Iterator<Item = Fault> {
        let name = addon.name;
        let is_missing = move |need: &&String| self.said.get(*need).is_none_or(|one| !one.enabled);
        addon.schema.needs.iter().filter(is_missing).map(move |need| {
            let message = format!("the addon `{name}` needs the addon `{need}`");
            let fault = Fault::new("missing-addon", message, format!("`{need}` is not enabled"));
            fault.hint(format!("add `{need}: {{enabled: true}}`"))
        })
    }
}

impl<'a> Enabled<'a> {
    pub(super) fn wrong_version(&self, version: &Version) -> Option<Fault> {
        let required = self.schema.kubernetes.as_ref().filter(|one| !one.matches(version))?;
        let message = format!("the addon `{}` is not for Kubernetes {version}", self.name);
        Some(Fault::new("not-in-this-version", message, format!("it is for {required}")))
    }

    /// The settings that must be hosts or addresses, and where they stand.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (String, &'a str)> {
        let (path, settings) = (self.path.clone(), self.settings);
        self.host_settings
            .iter()
            .filter_map(move |key| Some((format!("{path}.{key}"), settings.get(key)?.as_str()?)))
    }
}
