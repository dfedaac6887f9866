use super::subject::Subject;
use crate::{Addon, AddonSchema, diagnostic::Fault};
use serde_json::Value;

/// Whether each addon fits this cluster, and has what it needs.
pub(super) fn fit(subject: &Subject<'_>) {
    for (name, _, schema) in enabled(subject) {
        let path = format!("spec.addons.{name}");
        if let Some(fault) = wrong_version(subject, name, schema) {
            subject.fault_at_key(&path, fault);
        }
        for need in schema.needs.iter().filter(|need| !is_enabled(subject, need)) {
            let message = format!("the addon `{name}` needs the addon `{need}`");
            let fault = Fault::new("missing-addon", message, format!("`{need}` is not enabled"));
            subject.fault_at_key(&path, fault.hint(format!("add `{need}: {{enabled: true}}`")));
        }
    }
}

/// Whether what must be a host is one.
pub(super) fn hosts(subject: &Subject<'_>) {
    for (name, addon, schema) in enabled(subject) {
        for (key, setting) in &schema.settings {
            let path = format!("spec.addons.{name}.{key}");
            let host = addon.settings.get(key).and_then(Value::as_str);
            let Some(host) = host.filter(|_| setting["format"] == "host") else { continue };
            let is_known = subject.cluster.host(host).is_some();
            if !is_known && host.parse::<std::net::IpAddr>().is_err() {
                let message = format!("there is no host `{host}`");
                let reason = "must be a host of this spec, or an address";
                subject.fault(&path, Fault::new("unknown-host", message, reason));
            }
        }
    }
}

fn enabled<'a>(
    subject: &Subject<'a>,
) -> impl Iterator<Item = (&'a str, &'a Addon, &'a AddonSchema)> {
    let schemas = subject.addon_schemas();
    subject
        .cluster
        .addons
        .iter()
        .filter(|(_, addon)| addon.enabled)
        .filter_map(move |(name, addon)| Some((name.as_str(), addon, schemas.get(name)?)))
}

fn is_enabled(subject: &Subject<'_>, name: &str) -> bool {
    subject.cluster.addons.get(name).is_some_and(|addon| addon.enabled)
}

fn wrong_version(subject: &Subject<'_>, name: &str, schema: &AddonSchema) -> Option<Fault> {
    let required = schema.kubernetes.as_ref()?;
    subject.minor()?;
    let version = &subject.cluster.kubernetes.version;
    if required.matches(version) {
        return None;
    }
    let message = format!("the addon `{name}` is not for Kubernetes {version}");
    let fault = Fault::new("not-in-this-version", message, format!("it is for {required}"));
    Some(fault.related(subject.place("spec.kubernetes.version"), "the version"))
}
