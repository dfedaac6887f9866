//! What hosts ask of the API before something is taken away, where any one of the questions is not answered:
//! that never means that there is nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use provisioner_playbook::Action;
use tempfile::TempDir;

use super::removal::plan;
use super::world::Planned;
use crate::HostAction;

const OUT_OF_SERVICE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbooks/files/upgrade-node/out-of-service.sh");
const MARK: &str = "/var/lib/provisioner/out-of-service";

/// Answers as the snippet does, but for the call whose number is in the file `silent`.
const KUBECTL: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
# A line for each, whatever lines there are in its arguments.
{ printf %s "$*" | tr '\n' ' '; echo; } >>calls
[ "$(grep -c . calls)" != "$(cat silent)" ] || { echo "Unable to connect to the server" >&2; exit 1; }
. ./answers
"#;

/// Hosts of which every question to the API is answered by a snippet of shell; kubectl's arguments are its own.
struct Stub {
    folder: TempDir,
}

impl Stub {
    fn new(answers: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let stub = Self { folder };
        stub.write("kubectl", KUBECTL);
        stub.write("answers", answers);
        let kubectl = stub.folder.path().join("kubectl");
        fs_err::set_permissions(kubectl, PermissionsExt::from_mode(0o755)).unwrap();
        stub
    }

    fn write(&self, name: &str, text: &str) {
        fs_err::write(self.folder.path().join(name), text).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a text with its arguments, where one of its calls has no answer (0: all have one).
    fn run(&self, silent: usize, text: &str, arguments: &[&str]) -> (Output, Vec<String>) {
        self.write("silent", &silent.to_string());
        self.write("calls", "");
        let path = format!("{}:/usr/bin:/bin", self.path().display());
        let mut shell = Command::new("timeout");
        shell.args(["20", "sh", "-euc", text, "program"]).args(arguments);
        let output = shell.env("PATH", path).output().unwrap();
        let calls = fs_err::read_to_string(self.path().join("calls")).unwrap();
        (output, calls.lines().map(str::to_owned).collect())
    }

    /// Runs it once with all answers, and then without each of them in turn.
    fn each_silent(&self, text: &str, arguments: &[&str], look: impl Fn(&str, &Output, &[String])) {
        let (output, calls) = self.run(0, text, arguments);
        assert!(!calls.is_empty(), "{output:?}");
        for silent in 1..=calls.len() {
            let (output, made) = self.run(silent, text, arguments);
            look(&format!("no answer to {:?}: {output:?}", calls[silent - 1]), &output, &made);
        }
    }
}

/// What a command of the plan does, and how it is told whether that is so already.
fn command(planned: &Planned, name: &str) -> (String, String) {
    let stages = planned.stages.iter().filter_map(|(_, stage)| stage.as_ref().ok());
    let mut steps = stages.flat_map(|stage| &stage.tasks).flat_map(|task| &task.steps);
    let step = steps.find(|step| step.name == name).expect(name);
    let HostAction::Playbook(step) = &step.action else { panic!("{name} is a question") };
    let Action::Command { run, unless, .. } = &step.action else { panic!("{name} is no command") };
    (run.clone(), unless.clone())
}

/// One pod on a node that is ready, and evictions of it that are refused.
const BUSY: &str = r#"
case "$*" in
*" get node "*) printf True ;;
*" get pods "*) printf 'default/web-1 Running ReplicaSet\n' ;;
*drain*) exit 1 ;;
*) exit 0 ;;
esac
"#;

#[test]
fn pods_are_not_elsewhere_because_nobody_can_tell() {
    let (run, unless) = command(&plan("w1", true), "its pods run elsewhere");
    let stub = Stub::new(BUSY);
    assert_eq!(stub.run(0, &unless, &[]).0.status.code(), Some(1), "the pod is there");
    stub.each_silent(&unless, &[], |which, output, _| {
        assert_eq!(output.status.code(), Some(3), "{which}");
    });
    assert!(!stub.run(0, &run, &[]).0.status.success());
    stub.each_silent(&run, &[], |which, output, _| assert!(!output.status.success(), "{which}"));

    let gone = Stub::new("case \"$*\" in *\" get node \"*) printf False ;; esac");
    assert!(gone.run(0, &unless, &[]).0.status.success(), "nobody ends pods there");
}

/// The node's own answers: marked as given, with one pod.
fn node(unschedulable: &str, pod: &str) -> Stub {
    Stub::new(&format!(
        r#"
case "$*" in
*" get node "*unschedulable*) printf '{unschedulable}' ;;
*" get pods "*) printf '{pod}' ;;
*" patch "*) echo "$*" >>patches ;;
*--raw*) echo 'Cannot evict pod' >&2; exit 1 ;;
esac
"#
    ))
}

fn out_of_service(stub: &Stub) -> String {
    let mark = stub.path().join("mark");
    fs_err::read_to_string(OUT_OF_SERVICE).unwrap().replace(MARK, mark.to_str().unwrap())
}

const WEB: &str = r"default|web-1|ReplicaSet|||Running\n";
const ALONE: &str = r"default|alone||||Running\n";

#[test]
fn a_node_is_not_empty_because_nobody_can_tell() {
    let stub = node("true", WEB);
    let program = out_of_service(&stub);
    assert_eq!(stub.run(0, &program, &["check"]).0.status.code(), Some(1));
    stub.each_silent(&program, &["check"], |which, output, _| {
        assert_eq!(output.status.code(), Some(3), "{which}");
    });
    stub.each_silent(&program, &["begin", "0"], |which, output, _| {
        assert!(!output.status.success(), "{which}");
    });
    let empty = node("true", "");
    assert!(empty.run(0, &program, &["check"]).0.status.success());
}

#[test]
fn a_pod_that_nobody_would_make_anew_is_not_evicted() {
    let stub = node("true", ALONE);
    let program = out_of_service(&stub);
    stub.each_silent(&program, &["begin", "0"], |which, output, calls| {
        assert!(!output.status.success(), "{which}");
        assert!(!calls.iter().any(|call| call.contains("eviction")), "{which}");
    });
}

#[test]
fn a_node_that_somebody_else_cordoned_stays_so() {
    let stub = node("true", WEB);
    let program = out_of_service(&stub);
    stub.each_silent(&program, &["begin", "0"], |which, _, _| {
        assert!(!stub.path().join("mark").exists(), "{which}");
    });
}

#[test]
fn a_node_that_we_cordoned_does_not_stay_so() {
    let stub = node("true", "");
    let program = out_of_service(&stub);
    stub.write("mark", "");
    for silent in 1..=2 {
        let (output, _) = stub.run(silent, &program, &["end"]);
        assert!(!output.status.success() && stub.path().join("mark").exists(), "{output:?}");
    }
    assert!(stub.run(0, &program, &["end"]).0.status.success());
    assert!(!stub.path().join("mark").exists());
    let patched = fs_err::read_to_string(stub.path().join("patches")).unwrap();
    assert!(patched.contains(r#""unschedulable":false"#), "{patched}");
}

#[test]
fn requests_for_certificates_are_not_gone_because_nobody_can_tell() {
    let (run, unless) = command(&plan("w1", true), "no request for a certificate of its is left");
    let stub = Stub::new(
        r#"
case "$*" in
*" get certificatesigningrequests "*) printf 'csr-1 system:node:w1\ncsr-2 system:node:w2\n' ;;
*" get lease "*) echo lease.coordination.k8s.io/w1 ;;
esac
"#,
    );
    assert_eq!(stub.run(0, &unless, &[]).0.status.code(), Some(1));
    stub.each_silent(&unless, &[], |which, output, _| {
        assert_eq!(output.status.code(), Some(3), "{which}");
    });
    stub.each_silent(&run, &[], |which, output, _| assert!(!output.status.success(), "{which}"));
    let (_, calls) = stub.run(0, &run, &[]);
    let deleted = calls.last().unwrap();
    assert!(deleted.ends_with("certificatesigningrequest/csr-1 lease/w1"), "{deleted}");
}

/// What kubeadm up to 1.21 keeps of its control planes.
const STATUS: &str = r"apiEndpoints:\n  m2:\n    advertiseAddress: 172.30.0.12\n  m3:\n    advertiseAddress: 172.30.0.13\n";

#[test]
fn kubeadms_list_is_never_replaced_by_nothing() {
    let planned = plan("m3", true);
    let (run, unless) = command(&planned, "the control plane that leaves is not in kubeadm's list");
    let stub = Stub::new(&format!(
        r#"
case "$*" in
*ClusterStatus}}*) printf '{STATUS}' ;;
*ClusterConfiguration}}*) echo 'kind: ClusterConfiguration' ;;
*" create "*) printf '%s\n' "$*" ;;
*" replace "*) cat >replaced ;;
esac
"#
    ));
    let written = stub.path().join("replaced");
    stub.each_silent(&run, &[], |which, output, calls| {
        assert!(!output.status.success(), "{which}");
        let replaces = calls.iter().any(|call| call.contains(" replace "));
        assert_eq!(replaces, which.contains(" replace "), "{which}");
    });
    assert!(stub.run(0, &run, &[]).0.status.success());
    let said = fs_err::read_to_string(&written).unwrap();
    assert!(said.contains("m2:") && !said.contains("m3:"), "{said}");
    assert!(said.contains("kind: ClusterConfiguration"), "{said}");
    stub.each_silent(&unless, &[], |which, output, _| {
        assert_eq!(output.status.code(), Some(3), "{which}");
    });
}
