//! The program on hosts that looks at and stops components, with a ctr that keeps what it says in files.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const PROGRAM: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbooks/files/kubernetes/component.sh");

/// A task goes with the signal that the file `deadly` names.
const CTR: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
[ "$1 $2" = "-n k8s.io" ] || exit 1
case "$3 $4" in
"tasks ls") cat tasks ;;
"containers ls") printf '%s\n' "$6" >filter; printf 'old\nnew\n' ;;
"tasks kill") echo "$6" >>signals; [ "$6" != "$(cat deadly)" ] || echo "TASK PID STATUS" >tasks ;;
"tasks exec") shift 4; echo "$*" ;;
esac
"#;
const TASKS: &str = "TASK    PID    STATUS    \nold     11     STOPPED\nnew     12     RUNNING\n";

fn world(deadly: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs_err::write(folder.path().join(name), text).unwrap();
    write("ctr", CTR);
    write("tasks", TASKS);
    write("deadly", deadly);
    fs_err::set_permissions(folder.path().join("ctr"), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let path = format!("{}:/usr/bin:/bin", folder.display());
    Command::new("sh").arg(PROGRAM).args(arguments).env("PATH", path).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_container_that_runs_is_found() {
    let world = world("");
    assert_eq!(said(&run(world.path(), &["running", "etcd"])), "new");
    let filter = fs_err::read_to_string(world.path().join("filter")).unwrap();
    assert!(filter.contains(r#"labels."io.kubernetes.container.name"=="etcd""#), "{filter}");
    let exec = said(&run(world.path(), &["inside", "etcd", "etcdctl", "a  b"]));
    assert!(exec.ends_with("new etcdctl a  b"), "{exec}");
}

#[test]
fn it_is_asked_to_end_and_made_to_when_it_does_not() {
    let signals = |world: &TempDir| fs_err::read_to_string(world.path().join("signals")).unwrap();
    let willing = world("SIGTERM");
    said(&run(willing.path(), &["stop", "etcd", "1"]));
    assert_eq!(signals(&willing), "SIGTERM\n");
    let deaf = world("SIGKILL");
    said(&run(deaf.path(), &["stop", "etcd", "1"]));
    assert_eq!(signals(&deaf), "SIGTERM\nSIGKILL\n");
    said(&run(deaf.path(), &["stop", "etcd", "1"]));
    assert!(!run(deaf.path(), &["inside", "etcd", "true"]).status.success(), "nothing runs");
}

#[test]
fn nothing_is_taken_for_stopped_where_nobody_can_tell() {
    let world = world("");
    fs_err::write(world.path().join("ctr"), "#!/bin/sh\nexit 1\n").unwrap();
    assert!(!run(world.path(), &["running", "etcd"]).status.success());
    assert!(!run(world.path(), &["stop", "etcd", "1"]).status.success());

    let no_containers = CTR.replace("printf 'old\\nnew\\n' ;;", "exit 1 ;;");
    assert_ne!(no_containers, CTR);
    fs_err::write(world.path().join("ctr"), no_containers).unwrap();
    assert!(!run(world.path(), &["running", "etcd"]).status.success());
    assert!(!run(world.path(), &["stop", "etcd", "1"]).status.success());

    // From the moment on at which it was asked to end.
    let then_silent = CTR.replace("cat tasks ;;", "[ ! -e signals ] && cat tasks ;;");
    fs_err::write(world.path().join("ctr"), then_silent).unwrap();
    assert!(!run(world.path(), &["stop", "etcd", "-20"]).status.success());
}
