use std::time::Instant;

use provisioner_tests::{Program, TestLab, figure};
use serde_json::Value;

/// As one who holds the machine would end it: the host's side of every connection.
const END_CONNECTIONS: &str = "for process in $(ps -eo pid=,args= | \
     awk '/sshd: (root|ops|opspw)/ && !/awk/ { print $1 }'); do kill -KILL $process || :; done";

/// The run goes on, and with a step that lasts where it is by then: it is not begun a second time.
pub(crate) fn a_run_outlives_its_connections(lab: &TestLab, program: &Program) {
    let up = program.start_up();
    up.reach("an image on w1", |event| {
        let step = event["step"].as_str().unwrap_or_default();
        event["host"] == "w1" && step.starts_with("an image of the bundle")
    });
    lab.cut("w1");
    let cut = Instant::now();
    up.reach("the loss of w1", is_lost("w1"));
    lab.restore("w1");
    figure("rough", "packets dropped for", format!("{:.1} s", cut.elapsed().as_secs_f64()));

    up.reach_step("m1", "the cluster exists");
    let works = process(lab, "m1", "kubeadm init");
    lab.shell("m1", END_CONNECTIONS);
    up.reach("the loss of m1", is_lost("m1"));
    assert_eq!(process(lab, "m1", "kubeadm init"), works, "it goes on");
    up.reach_step("w1", "the host has joined the cluster");
    process(lab, "w1", "kubeadm join");
    lab.shell("w1", END_CONNECTIONS);
    let up = up.finish().expect(0);
    let lost = up.events.iter().filter(|event| is_lost("m1")(event) || is_lost("w1")(event));
    figure("rough", "connections made anew", lost.count());
}

fn is_lost(host: &'static str) -> impl Fn(&Value) -> bool {
    move |event| {
        event["kind"] == "note"
            && event["host"] == host
            && event["text"].as_str().is_some_and(|text| text.contains("connecting again"))
    }
}

/// The processes of this command on the host, as soon as there are any.
fn process(lab: &TestLab, host: &str, command: &str) -> String {
    lab.wait(
        host,
        &format!("ps -eo pid=,args= | awk '$2 \" \" $3 == \"{command}\" {{ print $1 }}' | grep ."),
    )
}
