//! What must hold between the values of a spec. A check sees only values that were read soundly.

mod addons;
mod availability;
mod control_plane;
mod eks;
mod etcd;
mod families;
mod load_balancers;
mod managed;
mod nodes;
mod overlaps;
mod ranges;
mod resources;
mod ssh;
mod subject;
mod unique;
mod vip;

use crate::{Spec, decode::Report};
use subject::Subject;

const CHECKS: [fn(&Subject<'_>); 36] = [
    availability::version,
    availability::plugin,
    availability::dns_options,
    availability::ingress,
    availability::proxy_mode,
    availability::settings,
    availability::dual_stack,
    availability::certificates,
    managed::settings,
    control_plane::count,
    control_plane::endpoint,
    control_plane::port,
    etcd::external,
    resources::requests_within_limits,
    resources::have_a_pod,
    load_balancers::share_a_vip,
    load_balancers::are_no_nodes,
    vip::needs_vip,
    vip::is_free,
    vip::is_on_the_network,
    vip::holders_share_the_network,
    families::primary,
    families::both_or_one,
    families::secondary_addresses,
    ranges::pod_ranges_suffice,
    ranges::node_prefix_flag,
    ranges::service_range_sizes,
    ranges::dns_address,
    overlaps::ranges,
    overlaps::addresses,
    unique::names,
    unique::addresses,
    nodes::labels_and_taints,
    ssh::sudo_password,
    addons::fit,
    addons::hosts,
];

/// Reports whatever does not go together.
pub(crate) fn check(spec: &Spec, report: &Report) {
    match spec {
        Spec::Hosts(cluster) => {
            let subject = Subject::new(cluster, report);
            for check in CHECKS {
                check(&subject);
            }
        }
        Spec::Eks(cluster) => eks::check(cluster, report),
    }
}
