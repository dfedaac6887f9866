use super::subject::{Subject, list_path};
use crate::{Role, diagnostic::Fault};

const LIST: &str = "spec.hosts.loadBalancers";
const VIP: &str = "spec.hosts.apiEndpoint.vip";

/// Load balancers are known to clients by the address that they share.
pub(super) fn share_a_vip(subject: &Subject<'_>) {
    let has_vip = subject.cluster.hosts.api_endpoint.vip.is_some();
    let sound = [LIST, VIP].iter().all(|path| subject.sound(*path, ()).is_some());
    if has_vip || !sound || !subject.cluster.has_separate_load_balancers() {
        return;
    }
    subject.fault_at_key(
        LIST,
        Fault::new("no-vip", "load balancers need an address that they share", "there is no VIP")
            .hint(
                "give `hosts.apiEndpoint` a `vip`; one that is not of this spec needs only its \
                 `apiEndpoint.address`",
            ),
    );
}

/// What belongs to a node has no meaning for a host that is none.
pub(super) fn are_no_nodes(subject: &Subject<'_>) {
    let list = list_path(Role::LoadBalancer);
    for host in subject.hosts().filter(|host| host.path.starts_with(list)) {
        let given = [
            ("labels", !host.value.labels.is_empty()),
            ("taints", !host.value.taints.is_empty()),
            ("secondaryAddress", host.value.secondary_address.is_some()),
        ];
        for (key, _) in given.iter().filter(|(_, is_given)| *is_given) {
            let message = format!("a load balancer has no {key}");
            let fault = Fault::new("not-a-node", message, "it is no node of the cluster");
            subject.fault_at_key(&format!("{}.{key}", host.path), fault);
        }
    }
}
