use std::time::Instant;

use provisioner_tests::{Program, Running, TestLab, figure};
use serde_json::Value;

/// As one who holds the machine would end it: the host's side of every connection.
const END_CONNECTIONS: &str = "for process in $(ps -eo pid=,args= | \
     awk '/sshd: (root|ops|opspw)/ && !/awk/ { print $1 }'); do kill -KILL $process || :; done";

/// The run goes on: with steps that last, where they are by then; a package is installed once, the
/// cluster made once.
pub(crate) fn a_run_outlives_its_connections(lab: &TestLab, program: &Program) {
    let up = program.start_up();
    up.wait_for_step("w1", "containerd is installed").expect("a long step");
    lab.cut("w1");
    let cut = Instant::now();
    up.wait_for_step("m1", "the cluster exists").or_else(|| up.wait_for(is_lost("w1")));
    lab.restore("w1");
    figure("rough", "packets dropped for", format!("{:.1} s", cut.elapsed().as_secs_f64()));

    up.wait_for_step("m1", "the cluster exists").expect("a long step");
    wait_until_it_works(lab, "m1", "[k]ubeadm init");
    lab.shell("m1", END_CONNECTIONS);
    up.wait_for(is_lost("m1")).expect("it is told");
    up.wait_for_step("w1", "the host has joined the cluster").expect("a long step");
    wait_until_it_works(lab, "w1", "[k]ubeadm join");
    lab.shell("w1", END_CONNECTIONS);
    ended_well(lab, up);
}

fn ended_well(lab: &TestLab, up: Running) {
    let up = up.finish().expect(0);
    let lost = up.events.iter().filter(|event| is_lost("m1")(event) || is_lost("w1")(event));
    figure("rough", "connections made anew", lost.count());
    let installations = "grep -c '^Install:.* containerd:' /var/log/apt/history.log";
    assert_eq!(lab.shell("w1", installations), "1", "containerd is installed once");
}

fn is_lost(host: &'static str) -> impl Fn(&Value) -> bool {
    move |event| {
        event["kind"] == "note"
            && event["host"] == host
            && event["text"].as_str().is_some_and(|text| text.contains("connecting again"))
    }
}

/// Waits until a process runs on the host.
fn wait_until_it_works(lab: &TestLab, host: &str, arguments: &str) {
    lab.wait(host, &format!("ps -eo args= | grep -q '{arguments}'"));
}
