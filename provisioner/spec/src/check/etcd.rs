use super::subject::Subject;
use crate::diagnostic::Fault;

const EXTERNAL: &str = "spec.kubernetes.etcd.external";
const ARGUMENTS: &str = "spec.kubernetes.etcd.extraArgs";
const API_SERVER: &str = "spec.kubernetes.apiServer.extraArgs";

/// What says to the API server where etcd is.
const MANAGED: [&str; 4] = ["etcd-cafile", "etcd-certfile", "etcd-keyfile", "etcd-servers"];

/// An etcd that runs elsewhere is named whole, and is nobody's here to be given settings.
pub(super) fn external(subject: &Subject<'_>) {
    let kubernetes = &subject.cluster.kubernetes;
    let Some(external) = &kubernetes.etcd.external else { return };
    endpoints(subject, &external.endpoints);
    if !kubernetes.etcd.extra_args.is_empty() {
        subject.fault_at_key(
            ARGUMENTS,
            Fault::new(
                "external-etcd",
                "an etcd that runs elsewhere takes no flags from here",
                "these would be for a member on each control plane",
            )
            .related(subject.place(EXTERNAL), "the one that is used"),
        );
    }
    for flag in MANAGED.iter().filter(|flag| kubernetes.api_server.extra_args.contains_key(**flag))
    {
        let message = format!("`{flag}` cannot be passed through");
        let reason = "`kubernetes.etcd.external` says it";
        subject.fault_at_key(
            &format!("{API_SERVER}.{flag}"),
            Fault::new("managed-setting", message, reason),
        );
    }
}

fn endpoints(subject: &Subject<'_>, endpoints: &[String]) {
    let list = format!("{EXTERNAL}.endpoints");
    let path = |index| format!("{list}[{index}]");
    // Faulty ones were left out: their numbers would be wrong.
    if (0..=endpoints.len()).any(|index| subject.sound(path(index), ()).is_none()) {
        return;
    }
    if endpoints.is_empty() && subject.sound(list.as_str(), ()).is_some() {
        let message = "there is no way to an etcd that runs elsewhere";
        subject.fault(&list, Fault::new("no-etcd", message, "this is empty"));
    }
    for (index, endpoint) in endpoints.iter().enumerate() {
        if let Some(first) = endpoints[..index].iter().position(|other| other == endpoint) {
            let message = format!("the endpoint {endpoint} is there twice");
            subject.fault(
                &path(index),
                Fault::new("duplicate-endpoint", message, "the second one")
                    .related(subject.place(&path(first)), "the first one"),
            );
        }
    }
}
