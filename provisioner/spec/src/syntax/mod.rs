//! What single values must look like: text to a value, or why not.

use crate::diagnostic::shown;

mod address;
mod aws;
mod containers;
mod kubernetes;
mod name;
mod quantity;
mod url;

pub(crate) use address::{address, cidr, cidrs};
pub(crate) use aws::{
    account, addon_version, capacity_reservation, device, eks_name, eks_version, id, instance_type,
    key_arn, label_pattern, namespace_pattern, placement_group, policy_arn, principal_arn, region,
    release_version, resource_group, role_arn, role_name, subject_pattern, tag_key, tag_value,
    volume_key, zone,
};
pub(crate) use containers::{image_repository, registry};
pub(crate) use kubernetes::{flag, label_key, label_value, taint_effect, taint_text, version};
pub(crate) use name::{
    certificate_name, domain, endpoint, environment_variable, host_name, interface, label, path,
    ssh_address, user,
};
pub(crate) use quantity::{milli, quantity};
pub(crate) use url::{base_url, chart_repository, etcd_endpoint, issuer_url, no_proxy, proxy_url};

/// Why a text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) reason: String,
    pub(crate) hint: Option<String>,
    /// Whether the text has a secret in it, which nothing may show.
    pub(crate) is_secret: bool,
}

impl Invalid {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), hint: None, is_secret: false }
    }

    /// Says which part of the text it is about.
    fn within(self, part: &str) -> Self {
        Self { reason: format!("{part}: {}", self.reason), ..self }
    }

    pub(crate) fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Refuses the first character that is not allowed.
fn only(text: &str, allowed: impl Fn(char) -> bool, which: &str) -> Result<(), Invalid> {
    match text.chars().find(|c| !allowed(*c)) {
        Some(found) => {
            let found = shown(&found.to_string());
            Err(Invalid::new(format!("`{found}` is not allowed: only {which}")))
        }
        None => Ok(()),
    }
}

fn length(text: &str, most: usize) -> Result<(), Invalid> {
    match text.chars().count() {
        0 => Err(Invalid::new("it is empty")),
        count if count > most => {
            Err(Invalid::new(format!("{count} characters are too many: at most {most}")))
        }
        _ => Ok(()),
    }
}
