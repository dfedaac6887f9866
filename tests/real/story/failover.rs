use std::time::{Duration, Instant};

use provisioner_tests::{Api, Kubectl, figure};

use crate::story::{CONTROL_PLANES, HOSTS, Story, everyday};

/// Far more than it should take (two seconds): this is against hanging only.
const LIMIT: Duration = Duration::from_secs(30);

/// The host's own API server, not one behind the VIP.
const READY: &str = "kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 5s \
     --server https://$(hostname):6443 get --raw /readyz";

pub(crate) fn the_holder_of_the_vip_is_powered_off(story: &Story, kubectl: &Kubectl) {
    let holder = story.holders()[0].to_owned();
    let other = CONTROL_PLANES.iter().find(|host| **host != holder).expect("another");
    let api = api(story);
    assert!(api.is_ready(), "before");

    let outage = api.watch();
    let off = Instant::now();
    story.lab.power_off(&holder);
    let other_holds = format!("ip -o address show | grep -qF ' {}/'", story.vip());
    let vip_seen = wait_for_any(story, &holder, &other_holds);
    while !api.is_ready() {
        assert!(off.elapsed() < LIMIT, "the API does not answer");
    }
    // It may still come and go: whatever is seen until something is written counts.
    kubectl.wait(&["annotate", "node", "w1", "example.com/by=two", "--overwrite"], |_| true);
    let took = outage.after(off);
    figure("story", "VIP moved after", format!("{:.2} s", (vip_seen - off).as_secs_f64()));
    figure("story", "API answers again after", format!("{:.2} s", took.as_secs_f64()));
    assert!(took < LIMIT, "{took:?}");
    everyday::status_tells_of_a_host_that_is_off(story, &holder);

    story.lab.start(&holder);
    let on = Instant::now();
    story.lab.wait(&holder, READY);
    kubectl.wait_for_etcd(other, CONTROL_PLANES.len());
    kubectl.wait_for_nodes(HOSTS.len());
    figure("story", "rejoined after its start", format!("{:.1} s", on.elapsed().as_secs_f64()));
    assert_eq!(story.holders().len(), 1, "{:?} hold the VIP", story.holders());
    let up = story.program.up().expect(0);
    assert!(up.changed().is_empty(), "{}", up.account());
}

fn api(story: &Story) -> Api {
    let kubeconfig = story.program.run("kubeconfig", &[]).expect(0).stdout;
    Api::new(&format!("{}:8443", story.vip()), &kubeconfig)
}

/// When another control plane first shows that it is so.
fn wait_for_any(story: &Story, but: &str, script: &str) -> Instant {
    let began = Instant::now();
    loop {
        for host in CONTROL_PLANES.iter().filter(|host| **host != but) {
            if story.lab.try_shell(host, script).status.success() {
                return Instant::now();
            }
        }
        assert!(began.elapsed() < LIMIT, "no control plane takes the VIP");
    }
}
