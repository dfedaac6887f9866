//! What one asks of a cluster from day to day.

use provisioner_tests::{Program, Run, Spec, bundle};
use serde_json::Value;

use crate::story::{HOSTS, Story};

/// Steps of the user's own, one beside a playbook and one before a stage that sees that it was.
const EARLY: &str = "
name: early
hosts: [control-plane, worker, edge]
steps:
  - name: a file of the house
    file: {dest: /etc/house/early, content: \"by a hook on {{host.name}}\\n\"}
";
const LATE: &str = "
name: late
hosts: [control-plane]
steps:
  - name: what was first is there
    command:
      run: '[ ! -e /etc/kubernetes/manifests/kube-apiserver.yaml ] && [ -x /usr/bin/containerd ] && cp /etc/house/early /etc/house/late'
      unless: '[ -e /etc/house/late ]'
";

pub(crate) fn add_hooks(spec: &mut Spec) {
    let hooks = "[{after: containerd, playbook: ./early.yaml}, {before: init, playbook: ./hooks/late.yaml}]";
    spec.set_yaml("spec.hooks", hooks);
}

/// They lie beside the spec.
pub(crate) fn write_hooks(program: &Program) {
    fs_err::create_dir_all(program.home().join("hooks")).expect("a folder");
    fs_err::write(program.home().join("early.yaml"), EARLY).expect("written");
    fs_err::write(program.home().join("hooks/late.yaml"), LATE).expect("written");
}

pub(crate) fn hooks_have_run(story: &Story) {
    for host in HOSTS {
        let file = story.lab.shell(host, "cat /etc/house/early");
        assert_eq!(file, format!("by a hook on {host}"));
    }
    assert_eq!(story.lab.shell("m2", "cat /etc/house/late"), "by a hook on m2");
    assert!(!story.lab.try_shell("w1", "ls /etc/house/late").status.success(), "not for it");
}

/// Words are words, whatever is in them; one is a piece of shell.
pub(crate) fn commands_run_on_hosts(story: &Story) {
    let exec = |more: &[&str]| story.program.run("exec", &[&["--output", "json"], more].concat());
    let words = ["--on", "worker", "--", "printf", "%s|", "a b", "$HOME", "it's"];
    let said = exec(&words).expect(0);
    let said: Vec<(&str, &str)> =
        said.events.iter().map(|event| (text(event, "host"), text(event, "stdout"))).collect();
    assert_eq!(said, [("w1", "a b|$HOME|it's|\n"), ("w2", "a b|$HOME|it's|\n")]);

    let failed = exec(&["--", "id -u; [ \"$(uname -n)\" != e1 ] || exit 7"]).expect(1);
    for event in &failed.events {
        let code = if event["host"] == "e1" { 7 } else { 0 };
        assert_eq!((&event["code"], text(event, "stdout")), (&Value::from(code), "0\n"), "{event}");
    }
    assert_eq!(failed.events.len(), HOSTS.len(), "{}", failed.account());
}

/// Which hosts differ from the spec.
pub(crate) fn drift(story: &Story) -> Vec<String> {
    let options = ["--drift", "--bundle", bundle().as_str(), "--output", "json"];
    let report = story.program.run("status", &options).json();
    let on = report["drift"]["on"].as_array().cloned().unwrap_or_default();
    let mut hosts: Vec<String> = on.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    assert_eq!(report["drift"]["found"], !hosts.is_empty(), "{report}");
    hosts.sort();
    hosts
}

/// One that is off is told, and hides nothing of the others.
pub(crate) fn status_tells_of_a_host_that_is_off(story: &Story, host: &str) {
    let status: Run = story.program.run("status", &["--output", "json"]).expect(1);
    let report = status.json();
    assert_eq!(report["healthy"], false, "{report}");
    let problems = report["problems"].as_array().cloned().unwrap_or_default();
    let of = |name: &str| {
        problems.iter().filter(|text| text.as_str().is_some_and(|text| text.contains(name))).count()
    };
    assert!(of(host) > 0, "{problems:#?}");
    assert!(of("w1") == 0 && of("e1") == 0, "{problems:#?}");
    assert_eq!(report["nodes"].as_array().map(Vec::len), Some(HOSTS.len()), "{report}");
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
