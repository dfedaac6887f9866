//! What the kernel must offer.

use super::finding::Report;
use super::input::Input;
use crate::facts::{Facts, Module};
use provisioner_spec::ProxyMode;

/// kubeadm's validator warns below it.
const OLDEST_KERNEL: (u64, u64) = (4, 19);
/// KEP-3866: kube-proxy in nftables mode.
const NFTABLES_KERNEL: (u64, u64) = (5, 13);
const NFTABLES_TOOL: (u64, u64, u64) = (1, 0, 1);
/// KEP-5495.
const IPVS_DEPRECATED: u64 = 35;
const IPVS: [&str; 5] = ["ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_sh", "nf_conntrack"];

pub(super) fn version(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.nodes() {
        if release(&facts.kernel.release).is_some_and(|release| release < OLDEST_KERNEL) {
            let (major, minor) = OLDEST_KERNEL;
            let message = format!("Linux {} is older than {major}.{minor}", facts.kernel.release);
            report.warning(&[&host.name], message);
        }
    }
}

pub(super) fn modules(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.nodes() {
        let missing = absent(facts, &["overlay", "br_netfilter"]);
        if !missing.is_empty() {
            report.error(&[&host.name], format!("its kernel lacks {}", missing.join(", ")));
        }
    }
}

pub(super) fn proxy_mode(input: &Input<'_>, report: &mut Report) {
    let mode = input.cluster.network.proxy.mode;
    if mode == ProxyMode::Ipvs && input.minor() >= IPVS_DEPRECATED {
        report.warning(&[], "proxy mode ipvs is deprecated, and gone in 1.43 (KEP-5495)");
    }
    for (host, facts) in input.nodes() {
        for lack in lacks(mode, facts) {
            report.error(&[&host.name], lack);
        }
    }
}

/// Why kube-proxy could not work in that mode here.
fn lacks(mode: ProxyMode, facts: &Facts) -> Vec<String> {
    let lacking = |mode, modules: &[&'static str]| {
        let missing = absent(facts, modules);
        let message = || format!("proxy mode {mode}: its kernel lacks {}", missing.join(", "));
        (!missing.is_empty()).then(message)
    };
    match mode {
        ProxyMode::Ipvs => lacking("ipvs", &IPVS).into_iter().collect(),
        ProxyMode::Iptables => lacking("iptables", &["nf_conntrack"]).into_iter().collect(),
        ProxyMode::Nftables => {
            let modules = lacking("nftables", &["nf_tables", "nf_conntrack"]);
            modules.into_iter().chain(old_kernel(facts)).chain(old_tool(facts)).collect()
        }
    }
}

fn old_kernel(facts: &Facts) -> Option<String> {
    let running = &facts.kernel.release;
    let (major, minor) = NFTABLES_KERNEL;
    release(running)
        .filter(|release| *release < NFTABLES_KERNEL)
        .map(|_| format!("proxy mode nftables: Linux {running} is older than {major}.{minor}"))
}

/// kube-proxy's image brings an nft of its own; an old one beside it misreads the rules of the new.
fn old_tool(facts: &Facts) -> Option<String> {
    let version = &facts.programs.get("nft")?.version;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    let (major, minor, patch) = NFTABLES_TOOL;
    ((part(), part(), part()) < NFTABLES_TOOL).then(|| {
        format!("proxy mode nftables: nft {version} is older than {major}.{minor}.{patch}")
    })
}

/// Those of the modules that the host says it has not; of others nothing is known.
fn absent(facts: &Facts, modules: &[&'static str]) -> Vec<&'static str> {
    let is_absent = |name: &&&str| facts.kernel.modules.get(**name) == Some(&Module::Absent);
    modules.iter().filter(is_absent).copied().collect()
}

/// `(6, 1)` of `6.1.0-40-amd64`.
fn release(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}
