use super::subject::Subject;
use crate::{Certificates, NetworkPlugin, ProxyMode, SUPPORTED_MINORS, diagnostic::Fault};

/// kube-proxy's nftables mode is on by default from here on (KEP-3866: alpha in 1.29, beta in 1.31).
const NFTABLES: u64 = 31;

/// kube-proxy's IPVS mode is deprecated from here on, its gate is off by default from the second on, and
/// it is gone in the third (KEP-5495).
const IPVS_DEPRECATED: u64 = 35;
const IPVS_OFF: u64 = 40;
const IPVS_GONE: u64 = 43;

/// Dual stack is on by default from here on (KEP-563: alpha behind a gate before, stable in 1.23).
const DUAL_STACK: u64 = 21;

/// From here on kubeadm makes certificates for the time that it is told (v1beta4).
const CERTIFICATE_VALIDITY: u64 = 31;

/// Settings of the `KubeletConfiguration` that came later than the oldest version: the kubelet ignores
/// what it does not know. From the KEPs and the release notes of these versions.
const KUBELET_SINCE: [(&str, u64); 15] = [
    ("containerRuntimeEndpoint", 27),
    ("crashLoopBackOff", 32),                       // KEP-4603
    ("enableSystemLogQuery", 27),                   // KEP-2258
    ("failCgroupV1", 31),                           // KEP-4569
    ("imageMaximumGCAge", 29),                      // KEP-4210
    ("imagePullCredentialsVerificationPolicy", 33), // KEP-2535
    ("localStorageCapacityIsolation", 25),          // KEP-361
    ("maxParallelImagePulls", 27),                  // KEP-3673
    ("memorySwap", 22),                             // KEP-2400
    ("memoryThrottlingFactor", 22),                 // KEP-2570
    ("registerWithTaints", 23),
    ("seccompDefault", 22),                   // KEP-2413
    ("shutdownGracePeriod", 20),              // KEP-2000
    ("shutdownGracePeriodByPodPriority", 23), // KEP-2712
    ("tracing", 25),                          // KEP-2831
];

/// Settings of the `KubeProxyConfiguration` that came later than the oldest version.
const KUBE_PROXY_SINCE: [(&str, u64); 1] = [("nftables", 29)]; // KEP-3866

pub(super) fn version(subject: &Subject<'_>) {
    let path = "spec.kubernetes.version";
    let Some(version) = subject.sound(path, &subject.cluster.kubernetes.version) else { return };
    let version = version.value;
    if version.major == 1 && SUPPORTED_MINORS.contains(&version.minor) {
        return;
    }
    subject.fault(
        path,
        Fault::new(
            "unsupported-version",
            format!("Kubernetes {version} is not supported"),
            format!(
                "supported versions are 1.{} to 1.{}",
                SUPPORTED_MINORS.start(),
                SUPPORTED_MINORS.end()
            ),
        ),
    );
}

/// Calico comes as an addon, which is not for every version.
pub(super) fn plugin(subject: &Subject<'_>) {
    let path = "spec.network.plugin";
    let Some(plugin) = subject.sound(path, subject.cluster.network.plugin) else { return };
    if plugin.value != NetworkPlugin::Calico || subject.minor().is_none() {
        return;
    }
    let version = &subject.cluster.kubernetes.version;
    let required =
        subject.addon_schemas().get("calico").and_then(|addon| addon.kubernetes.as_ref());
    let Some(required) = required.filter(|required| !required.matches(version)) else { return };
    let message = format!("the plugin calico is not for Kubernetes {version}");
    let reason = if subject.is_given(path) {
        format!("it is for {required}")
    } else {
        format!("no plugin is named here, and calico, the default, is for {required}")
    };
    subject.fault(
        path,
        Fault::new("not-in-this-version", message, reason)
            .hint("`plugin: bridge` for hosts on one network; `plugin: none` to install one's own")
            .related(subject.place("spec.kubernetes.version"), "the version"),
    );
}

/// A DNS service that is not there has no settings.
pub(super) fn dns_options(subject: &Subject<'_>) {
    let dns = &subject.cluster.network.dns;
    let set = [
        ("stubDomains", !dns.stub_domains.is_empty()),
        ("upstreams", !dns.upstreams.is_empty()),
        ("hosts", !dns.hosts.is_empty()),
        ("replicas", dns.replicas.is_some()),
        ("nodeLocal", dns.node_local),
    ];
    for (key, _) in set.into_iter().filter(|(_, set)| *set && !dns.enabled) {
        let message = format!("`network.dns.{key}` means nothing without a DNS service");
        subject.fault(
            &format!("spec.network.dns.{key}"),
            Fault::new("no-dns", message, "`network.dns.enabled` is false")
                .related(subject.place("spec.network.dns.enabled"), "this"),
        );
    }
}

/// Traffic from outside must go to somebody who is there.
pub(super) fn ingress(subject: &Subject<'_>) {
    let path = "spec.hosts.edge.ingress";
    let named = subject.cluster.hosts.edge.as_ref().and_then(|edge| edge.ingress);
    let Some(named) = named.and_then(|named| subject.sound(path, named)) else { return };
    let name = named.value.addon();
    if !subject.cluster.addons.get(name).is_some_and(|addon| addon.enabled) {
        let message = format!("the edge's traffic goes to {name}, which is not enabled");
        subject.fault(
            path,
            Fault::new("missing-addon", message, format!("`spec.addons.{name}` is not there"))
                .hint(format!("add `{name}: {{enabled: true}}` to the addons")),
        );
    }
}

pub(super) fn proxy_mode(subject: &Subject<'_>) {
    let path = "spec.network.proxy.mode";
    let Some(mode) = subject.sound(path, subject.cluster.network.proxy.mode) else { return };
    let Some(minor) = subject.minor() else { return };
    if mode.value == ProxyMode::Nftables && minor < NFTABLES {
        subject.fault(
            path,
            Fault::new(
                "not-in-this-version",
                format!("Kubernetes 1.{minor} has no proxy mode nftables"),
                format!("it is there from 1.{NFTABLES} on"),
            )
            .hint("use `iptables` or `ipvs`")
            .related(subject.place("spec.kubernetes.version"), "the version"),
        );
    }
    if let Some(fault) = ipvs(minor).filter(|_| mode.value == ProxyMode::Ipvs) {
        let version = subject.place("spec.kubernetes.version");
        subject.fault(path, fault.related(version, "the version"));
    }
}

/// What there is to say of IPVS in a version.
fn ipvs(minor: u64) -> Option<Fault> {
    let future = format!("it is off by default from 1.{IPVS_OFF} on, and gone in 1.{IPVS_GONE}");
    let fault = match minor {
        ..IPVS_DEPRECATED => return None,
        IPVS_DEPRECATED..IPVS_OFF => {
            let message = format!("the proxy mode ipvs is deprecated since 1.{IPVS_DEPRECATED}");
            Fault::deprecated(message, future)
        }
        _ => {
            let message = format!("Kubernetes 1.{minor} does not offer the proxy mode ipvs");
            Fault::new("not-in-this-version", message, future)
        }
    };
    Some(fault.hint("`nftables` takes its place (KEP-5495)"))
}

/// Before, each component would have to be told to try it, and kubeadm is told of gates of its own.
pub(super) fn dual_stack(subject: &Subject<'_>) {
    let ranges = [
        ("spec.network.podCidr", subject.pod_cidr()),
        ("spec.network.serviceCidr", subject.service_cidr()),
    ];
    let dual = ranges
        .into_iter()
        .find(|(_, range)| range.as_ref().is_some_and(|range| range.value.is_dual_stack()));
    let (Some((path, _)), Some(minor)) = (dual, subject.minor()) else { return };
    if minor < DUAL_STACK {
        let message = format!("Kubernetes 1.{minor} has dual stack only as an experiment");
        let reason = format!("ranges of both families can be given from 1.{DUAL_STACK} on");
        subject.fault(
            path,
            Fault::new("not-in-this-version", message, reason)
                .hint("give ranges of one family, or a newer version; dual stack is stable from 1.23 on")
                .related(subject.place("spec.kubernetes.version"), "the version"),
        );
    }
}

/// kubeadm takes a time from its configuration v1beta4 on, which came with 1.31.
pub(super) fn certificates(subject: &Subject<'_>) {
    let path = "spec.kubernetes.certificates.validityDays";
    let days = subject.cluster.kubernetes.certificates.validity_days;
    let Some(minor) = subject.minor().filter(|minor| *minor < CERTIFICATE_VALIDITY) else { return };
    if days != Certificates::VALIDITY_DAYS && subject.sound(path, days).is_some() {
        let message = format!("kubeadm of 1.{minor} makes certificates for a year only");
        let reason = format!("another time can be chosen from 1.{CERTIFICATE_VALIDITY} on");
        subject.fault(
            path,
            Fault::new("not-in-this-version", message, reason)
                .hint("`provisioner certs renew` renews them at any time")
                .related(subject.place("spec.kubernetes.version"), "the version"),
        );
    }
}

pub(super) fn settings(subject: &Subject<'_>) {
    let kubernetes = &subject.cluster.kubernetes;
    let Some(minor) = subject.minor() else { return };
    let kubelet = ("the kubelet", "kubelet", &kubernetes.kubelet, KUBELET_SINCE.as_slice());
    let kube_proxy =
        ("kube-proxy", "kubeProxy", &kubernetes.kube_proxy, KUBE_PROXY_SINCE.as_slice());
    for (component, place, settings, table) in [kubelet, kube_proxy] {
        for (key, since) in table {
            if minor < *since && settings.contains_key(*key) {
                let message = format!("{component} of 1.{minor} does not know `{key}`");
                let reason = format!("it came with 1.{since}");
                subject.fault_at_key(
                    &format!("spec.kubernetes.{place}.{key}"),
                    Fault::new("not-in-this-version", message, reason)
                        .related(subject.place("spec.kubernetes.version"), "the version"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ipvs;

    #[test]
    fn ipvs_is_deprecated_and_then_refused() {
        let code = |minor| ipvs(minor).map(|fault| fault.code);
        assert_eq!(code(34), None);
        assert_eq!([35, 39].map(code), [Some("deprecated"); 2]);
        assert_eq!([40, 43].map(code), [Some("not-in-this-version"); 2]);
    }
}
