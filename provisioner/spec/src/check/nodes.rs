use super::subject::{Placed, Subject};
use crate::{EDGE_ROLE, Host, diagnostic::Fault};

/// Labels below these prefixes belong to Kubernetes ("Well-Known Labels, Annotations and Taints")...
const RESERVED: [&str; 2] = ["kubernetes.io", "k8s.io"];
/// ... except for these, which are there to be set.
const OPEN: [&str; 4] = [
    "node-restriction.kubernetes.io",
    "node-role.kubernetes.io",
    "node.kubernetes.io",
    "topology.kubernetes.io",
];
/// The roles that kubeadm gives.
const ROLES: [&str; 2] =
    ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

pub(super) fn labels_and_taints(subject: &Subject<'_>) {
    for host in subject.hosts() {
        labels(subject, &host);
        taints(subject, &host);
    }
}

fn labels(subject: &Subject<'_>, host: &Placed<&Host>) {
    for key in host.value.labels.keys().filter(|key| *key != EDGE_ROLE) {
        if let Some(reason) = reserved(key) {
            subject.fault_at_key(
                &format!("{}.labels.{key}", host.path),
                Fault::new("reserved-label", format!("the label `{key}` is reserved"), reason)
                    .hint("use a prefix of your own, such as `example.com/`"),
            );
        }
    }
}

fn taints(subject: &Subject<'_>, host: &Placed<&Host>) {
    let path = |index| format!("{}.taints[{index}]", host.path);
    // Faulty taints were left out: their numbers would be wrong.
    let taints = &host.value.taints;
    if (0..=taints.len()).any(|index| subject.sound(path(index), ()).is_none()) {
        return;
    }
    for (index, taint) in taints.iter().enumerate() {
        let same = |other: &&crate::Taint| (&other.key, other.effect) == (&taint.key, taint.effect);
        if let Some(first) = taints[..index].iter().position(|other| same(&other)) {
            let message = format!("the taint {taint} is there twice");
            subject.fault(
                &path(index),
                Fault::new("duplicate-taint", message, "the same key and effect")
                    .related(subject.place(&path(first)), "the first one"),
            );
        }
        if taint.key.starts_with("node.kubernetes.io/") {
            let message = format!("the taint `{}` is reserved", taint.key);
            let reason = "Kubernetes sets and removes it by the state of the node";
            subject.fault(&path(index), Fault::new("reserved-taint", message, reason));
        }
    }
}

pub(super) fn reserved(key: &str) -> Option<&'static str> {
    if ROLES.contains(&key) {
        return Some("kubeadm gives it to the hosts under `controlPlane`");
    }
    let (prefix, _) = key.split_once('/')?;
    let below = |domain: &str| {
        prefix.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let is_reserved = RESERVED.iter().any(|domain| below(domain)) && !OPEN.contains(&prefix);
    is_reserved.then_some("labels of this prefix belong to Kubernetes itself")
}
