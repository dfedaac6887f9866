//! What eksctl gives the nodes of a group when they start, as user data.

use super::{
    node_group::Kind,
    rest::{Rest, not_converted, warn},
    ssh::Ssh,
};
use crate::{
    decode::{cursor::Cursor, fields::Fields},
    diagnostic::Fault,
    model::AmiFamily,
    syntax::Invalid,
};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// What is between the parts of a text of several; nobody writes that into a script.
const BOUNDARY: &str = "==PART==";
const NODE_CONFIG: &str = "node.eks.aws/v1alpha1";

/// The type of a part, and its text.
type Part = (&'static str, String);

const NO_COMMANDS: &str = "Bottlerocket runs no commands";
const NOT_OF_BOTTLEROCKET: [Rest; 2] =
    [("overrideBootstrapCommand", NO_COMMANDS), ("preBootstrapCommands", NO_COMMANDS)];

/// Reads what a group says of it; with what it takes to log in by SSH.
pub(super) fn user_data(
    fields: &Fields<'_, '_>,
    ami: AmiFamily,
    kind: Kind,
    ssh: &Ssh,
) -> Option<String> {
    let dns = match kind {
        Kind::SelfManaged => fields.optional("clusterDNS", dns_address),
        Kind::Managed => None,
    };
    match ami {
        AmiFamily::AmazonLinux2023 => {
            let instead = "Bottlerocket alone has such settings";
            not_converted(fields, &[("bottlerocket", instead)]);
            of_amazon_linux(fields, kind, ssh.key.clone(), dns)
        }
        AmiFamily::Bottlerocket => {
            not_converted(fields, &NOT_OF_BOTTLEROCKET);
            if kind == Kind::SelfManaged {
                let instead = "see `bottlerocket.settings`";
                not_converted(fields, &[("kubeletExtraConfig", instead)]);
            }
            of_bottlerocket(fields, dns, ssh.name.is_some())
        }
    }
}

/// A cache on every node has a link-local one.
fn dns_address(at: &Cursor<'_>) -> Option<String> {
    let address = |text: &str| text.parse::<IpAddr>();
    let wrong = |_| Invalid::new("must be an address such as `169.254.20.10`");
    let found = at.valid("invalid-address", "address", |text| address(text).map_err(wrong));
    found.map(|address| address.to_string())
}

/// Scripts, and what nodeadm sets the kubelet up with: a text of several parts where there is more than one.
fn of_amazon_linux(
    fields: &Fields<'_, '_>,
    kind: Kind,
    key: Option<String>,
    dns: Option<String>,
) -> Option<String> {
    let script = |command: String| ("text/x-shellscript", format!("#!/bin/bash\n{command}"));
    let commands = fields.optional("preBootstrapCommands", |at| Some(at.list(Cursor::lines)));
    let mut parts: Vec<Part> = commands.unwrap_or_default().into_iter().map(script).collect();
    let mut kubelet = match kind {
        Kind::SelfManaged => fields.section("kubeletExtraConfig", Cursor::json_map),
        Kind::Managed => Map::new(),
    };
    let pods = fields.optional("maxPodsPerNode", |at| at.integer(1..=1000));
    kubelet.extend(pods.map(|pods| ("maxPods".to_owned(), pods.into())));
    kubelet.extend(dns.map(|dns| ("clusterDNS".to_owned(), vec![dns].into())));
    if !kubelet.is_empty() {
        let spec = json!({"kubelet": {"config": kubelet}});
        let config = format!("apiVersion: {NODE_CONFIG}\nkind: NodeConfig\nspec: {spec}\n");
        parts.push(("application/node.eks.aws", config));
    }
    parts.extend(fields.optional("overrideBootstrapCommand", node_config));
    parts.extend(key.map(|key| {
        let keys = json!({"ssh_authorized_keys": [key]});
        ("text/cloud-config", format!("#cloud-config\n{keys}\n"))
    }));
    match parts.as_slice() {
        [] => None,
        [(_, text)] => Some(text.clone()),
        several => Some(joined(several)),
    }
}

/// With AL2023 this is no command, but a document that nodeadm reads.
fn node_config(at: &Cursor<'_>) -> Option<Part> {
    let text = at.lines()?;
    if text.contains(NODE_CONFIG) {
        return Some(("application/node.eks.aws", text));
    }
    warn(at, "overrideBootstrapCommand", "AmazonLinux2023 takes a `NodeConfig` of nodeadm there");
    None
}

fn joined(parts: &[Part]) -> String {
    let part = |(kind, text): &Part| {
        format!("--{BOUNDARY}\nContent-Type: {kind}\n\n{}\n", text.trim_end())
    };
    let parts: String = parts.iter().map(part).collect();
    let head = format!("Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"");
    format!("MIME-Version: 1.0\n{head}\n\n{parts}--{BOUNDARY}--\n")
}

/// Settings, as Bottlerocket reads them; whoever logs in by SSH comes into the admin container.
fn of_bottlerocket(fields: &Fields<'_, '_>, dns: Option<String>, has_ssh: bool) -> Option<String> {
    let mut settings = fields.section("bottlerocket", |at| {
        at.map(|fields| {
            let mut settings = fields.section("settings", bottlerocket_settings);
            let enabled = fields.optional("enableAdminContainer", Cursor::boolean);
            if let Some(enabled) = enabled.or(has_ssh.then_some(true)) {
                put(&mut settings, &["host-containers", "admin", "enabled"], enabled.into());
            }
            settings
        })
    });
    if let Some(pods) = fields.optional("maxPodsPerNode", |at| at.integer(1..=1000)) {
        put(&mut settings, &["kubernetes", "max-pods"], pods.into());
    }
    if let Some(dns) = dns {
        put(&mut settings, &["kubernetes", "cluster-dns-ip"], dns.into());
    }
    if settings.is_empty() {
        return None;
    }
    toml::to_string(&json!({"settings": settings})).ok()
}

/// Sets a value at a path, unless there is one.
fn put(map: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((key, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        map.entry(*key).or_insert(value);
    } else if let Some(inner) = map.entry(*key).or_insert_with(|| json!({})).as_object_mut() {
        put(inner, rest, value);
    }
}

fn bottlerocket_settings(at: &Cursor<'_>) -> Map<String, Value> {
    let settings = at.json_map();
    if toml::to_string(&settings).is_err() {
        let reason = "Bottlerocket reads TOML, which has no null";
        at.fault(Fault::new("not-toml", format!("`{}` cannot be passed on", at.path()), reason));
    }
    settings
}
