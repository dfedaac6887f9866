//! Room where it is needed.

use super::finding::Report;
use super::input::Input;
use provisioner_spec::{Cluster, Host, Role};

/// What a place needs: below `least` MiB nothing works; below `share` percent of its disk the
/// kubelet declares disk pressure and evicts pods (its hard eviction defaults: 15 % for images, 10 %
/// for its own files).
struct Need {
    path: &'static str,
    least: u64,
    share: u64,
    of: Of,
}

/// Whose need it is.
#[derive(PartialEq, Eq)]
enum Of {
    Everyone,
    Nodes,
    /// Of etcd.
    Members,
}

const NEEDS: [Need; 5] = [
    Need { path: "/etc", least: 16, share: 0, of: Of::Everyone },
    Need { path: "/var/lib", least: 256, share: 0, of: Of::Everyone },
    Need { path: "/var/lib/containerd", least: 2048, share: 15, of: Of::Nodes },
    Need { path: "/var/lib/kubelet", least: 256, share: 10, of: Of::Nodes },
    Need { path: "/var/lib/etcd", least: 512, share: 0, of: Of::Members },
];

impl Need {
    fn concerns(&self, cluster: &Cluster, host: &Host) -> bool {
        match self.of {
            Of::Everyone => true,
            Of::Nodes => host.role != Role::LoadBalancer,
            Of::Members => host.role == Role::ControlPlane && cluster.external_etcd().is_none(),
        }
    }

    fn least_of(&self, ours: bool) -> u64 {
        // What was taken since was taken by the cluster itself.
        if ours { self.least / 4 } else { self.least }
    }
}

pub(super) fn space(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for need in NEEDS.iter().filter(|need| need.concerns(input.cluster, host)) {
            let Some(disk) = facts.disk(need.path) else { continue };
            let least = need.least_of(input.is_ours(facts));
            if disk.free_mib < least {
                let (path, free) = (need.path, disk.free_mib);
                let message = format!("{path} has {free} MiB free, and {least} are needed");
                report.error(&[&host.name], message);
            }
        }
    }
}

pub(super) fn pressure(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for need in NEEDS.iter().filter(|need| need.share > 0 && need.concerns(input.cluster, host))
        {
            let Some(disk) = facts.disk(need.path).filter(|disk| disk.size_mib > 0) else {
                continue;
            };
            let free = disk.free_mib * 100 / disk.size_mib;
            if free < need.share {
                let (path, share) = (need.path, need.share);
                let message = format!(
                    "{path} is {free} % free, and below {share} % the kubelet begins to evict pods"
                );
                report.warning(&[&host.name], message);
            }
        }
    }
}
