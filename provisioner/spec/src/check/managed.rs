use super::subject::Subject;
use crate::diagnostic::Fault;

/// Settings that follow from other parts of the spec: where they are passed through, and what says
/// them instead.
const KUBELET: [(&str, &str); 5] = [
    ("apiVersion", "it follows from the version"),
    ("clusterDNS", "`network.dns.address` says it"),
    ("clusterDomain", "`network.dns.domain` says it"),
    ("kind", "it follows from the version"),
    ("staticPodPath", "kubeadm puts the control plane there"),
];
const KUBE_PROXY: [(&str, &str); 4] = [
    ("apiVersion", "it follows from the version"),
    ("clusterCIDR", "`network.podCidr` says it"),
    ("kind", "it follows from the version"),
    ("mode", "`network.proxy.mode` says it"),
];
const API_SERVER: [(&str, &str); 3] = [
    ("advertise-address", "the address of each control plane says it"),
    ("secure-port", "it is 6443; `hosts.apiEndpoint.port` is what clients use"),
    ("service-cluster-ip-range", "`network.serviceCidr` says it"),
];
const CONTROLLER_MANAGER: [(&str, &str); 3] = [
    ("allocate-node-cidrs", "it follows from `network.podCidr`"),
    ("cluster-cidr", "`network.podCidr` says it"),
    ("service-cluster-ip-range", "`network.serviceCidr` says it"),
];
const ETCD: [(&str, &str); 4] = [
    ("data-dir", "kubeadm says it"),
    ("initial-cluster", "it follows from the control planes"),
    ("initial-cluster-state", "it follows from the control planes"),
    ("name", "it is the name of the host"),
];

pub(super) fn settings(subject: &Subject<'_>) {
    let kubernetes = &subject.cluster.kubernetes;
    let refuse = |place: &str, table: &[(&str, &str)], is_set: &dyn Fn(&str) -> bool| {
        for (key, instead) in table.iter().filter(|(key, _)| is_set(key)) {
            subject.fault_at_key(
                &format!("spec.kubernetes.{place}.{key}"),
                Fault::new(
                    "managed-setting",
                    format!("`{key}` cannot be passed through"),
                    *instead,
                ),
            );
        }
    };
    refuse("kubelet", &KUBELET, &|key| kubernetes.kubelet.contains_key(key));
    refuse("kubeProxy", &KUBE_PROXY, &|key| kubernetes.kube_proxy.contains_key(key));
    let components = [
        ("apiServer.extraArgs", &API_SERVER[..], &kubernetes.api_server.extra_args),
        (
            "controllerManager.extraArgs",
            &CONTROLLER_MANAGER[..],
            &kubernetes.controller_manager.extra_args,
        ),
        ("etcd.extraArgs", &ETCD[..], &kubernetes.etcd.extra_args),
    ];
    for (place, table, args) in components {
        refuse(place, table, &|key| args.contains_key(key));
    }
}
