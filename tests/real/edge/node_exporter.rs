//! The real one on the edge nodes, read from another host: it takes what keepalived's notify script writes only if
//! it may read it and understands it.

use provisioner_tests::TestLab;

use super::EDGES;

/// With the folder that addons/monitoring gives it, as a user of its own.
const INSTALL: &str = "
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus-node-exporter
options='--collector.disable-defaults --collector.textfile --collector.textfile.directory=/var/lib/node-exporter'
echo \"ARGS='$options'\" >/etc/default/prometheus-node-exporter
systemctl restart prometheus-node-exporter";
const READER: &str = "w1";

pub(crate) fn install(lab: &TestLab) {
    for host in EDGES {
        lab.shell(host, INSTALL);
    }
}

/// Which of these say that they hold the VIP.
pub(crate) fn holders<'a>(lab: &TestLab, hosts: &[&'a str]) -> Vec<&'a str> {
    let holds = |host: &&&str| read(lab, host, "provisioner_vip_holder") == "1";
    hosts.iter().filter(holds).copied().collect()
}

/// How often a host has got the VIP or given it up.
pub(crate) fn transitions(lab: &TestLab, host: &str) -> u32 {
    read(lab, host, "provisioner_vip_transitions_total").parse().expect("a number")
}

/// Waits until a host says that it does not hold the VIP.
pub(crate) fn wait_until_given_up(lab: &TestLab, host: &str) {
    lab.wait(READER, &format!("{} | grep -qx 0", metric(lab, host, "provisioner_vip_holder")));
}

fn read(lab: &TestLab, host: &str, name: &str) -> String {
    lab.wait(READER, &format!("{} | grep .", metric(lab, host, name)))
}

/// A command for the value of the edge's VIP.
fn metric(lab: &TestLab, host: &str, name: &str) -> String {
    let url = format!("http://{}:9100", lab.address_of(host));
    let of_vip = format!("s/^{name}{{vip=\"edge\"}} //p");
    format!("kubectl --server {url} get --raw /metrics | sed -n '{of_vip}'")
}
