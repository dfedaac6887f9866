use super::subject::Subject;
use crate::{Resources, diagnostic::Fault, syntax::milli};

/// What kubeadm sets aside where nothing is said: CPU and memory (`ComponentResources` in its
/// phases/controlplane, `componentResources` in phases/etcd).
const SET_ASIDE: [(&str, [Option<&str>; 2]); 4] = [
    ("apiServer", [Some("250m"), None]),
    ("controllerManager", [Some("200m"), None]),
    ("scheduler", [Some("100m"), None]),
    ("etcd", [Some("100m"), Some("100Mi")]),
];

/// A kubelet refuses a pod that asks for more than it may have.
pub(super) fn requests_within_limits(subject: &Subject<'_>) {
    for (component, defaults) in SET_ASIDE {
        let Resources { requests, limits } = of(subject, component);
        let pairs =
            [("cpu", &requests.cpu, &limits.cpu), ("memory", &requests.memory, &limits.memory)];
        for ((key, request, limit), default) in pairs.into_iter().zip(defaults) {
            let (Some(request), Some(limit)) = (request.as_deref().or(default), limit) else {
                continue;
            };
            let at = format!("spec.kubernetes.{component}.resources.limits.{key}");
            let is_sound = subject.sound(at.as_str(), ()).is_some();
            if !is_sound || milli(request) <= milli(limit) {
                continue;
            }
            let message = format!("{component} asks for {request} of {key} and may have {limit}");
            let given = format!("spec.kubernetes.{component}.resources.requests.{key}");
            let fault = Fault::new("request-above-limit", message, "less than the request");
            subject.fault(
                &at,
                if subject.is_given(&given) {
                    fault.related(subject.place(&given), "the request")
                } else {
                    fault.hint(format!(
                        "{request} is what kubeadm sets aside: say `requests.{key}` too"
                    ))
                },
            );
        }
    }
}

/// There is no pod of an etcd that runs elsewhere.
pub(super) fn have_a_pod(subject: &Subject<'_>) {
    let etcd = &subject.cluster.kubernetes.etcd;
    if etcd.external.is_some() && !etcd.resources.is_empty() {
        subject.fault_at_key(
            "spec.kubernetes.etcd.resources",
            Fault::new(
                "external-etcd",
                "an etcd that runs elsewhere is given no resources from here",
                "these would be for a member on each control plane",
            )
            .related(subject.place("spec.kubernetes.etcd.external"), "the one that is used"),
        );
    }
}

fn of<'a>(subject: &Subject<'a>, component: &str) -> &'a Resources {
    let kubernetes = &subject.cluster.kubernetes;
    match component {
        "apiServer" => &kubernetes.api_server.resources,
        "controllerManager" => &kubernetes.controller_manager.resources,
        "scheduler" => &kubernetes.scheduler.resources,
        _ => &kubernetes.etcd.resources,
    }
}
