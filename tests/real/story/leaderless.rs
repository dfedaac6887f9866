//! etcd without a leader for some seconds, as where another member joins slowly: API servers of 1.20 may be deaf
//! from then on (kubernetes/kubernetes#97294). Later ones say so too, and ask again.

use provisioner_tests::{Kubectl, bundle, figure, version_of};

use crate::story::{CONTROL_PLANES, Story, network};

/// Three of etcd's election timeouts, after which it tells whoever watches, and the time until it has no leader.
const WITHOUT: &str = "8";
const DEAF: &str = "grep -c 'etcdserver: no leader' $(/usr/local/lib/provisioner/component log kube-apiserver) || :";

pub(crate) fn api_servers_hear_of_what_is_new_again(story: &Story, kubectl: &Kubectl) {
    let stop = format!("pkill -STOP -x etcd; sleep {WITHOUT}; pkill -CONT -x etcd");
    std::thread::scope(|scope| {
        for host in &CONTROL_PLANES[1..] {
            scope.spawn(|| story.lab.shell(host, &stop));
        }
    });
    kubectl.wait_for_etcd("m1", CONTROL_PLANES.len());
    let told = |host: &&&str| story.lab.shell(host, DEAF).trim() != "0";
    let deaf: Vec<&str> = CONTROL_PLANES.iter().filter(told).copied().collect();
    assert!(deaf.contains(&"m1"), "{deaf:?}");

    let up = story.program.up().expect(0);
    let restarted: Vec<_> = up.changed().into_iter().map(|change| change.host).collect();
    let stay_deaf = version_of(bundle()).starts_with("1.20.");
    let expected = if stay_deaf { deaf } else { Vec::new() };
    assert_eq!(restarted, expected, "{}", up.account());
    let figures = format!("{} in {:.1} s", restarted.len(), up.seconds);
    figure("story", "API servers restarted", figures);
    network::pods_reach_services_on_other_nodes(story, kubectl);
    story.program.plan().expect(0);
}
