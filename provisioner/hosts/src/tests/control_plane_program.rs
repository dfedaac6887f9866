//! The program that changes a control plane, with a kubeadm and components that say what they are told to.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use provisioner_engine::Mode;
use provisioner_playbook::Action;
use tempfile::TempDir;

use super::operations::standing;
use crate::planner::Purpose;
use crate::{HostAction, Operation};

/// kubeadm 1.20 of a cluster whose etcd and authority have expired.
const EXPIRED: &str = "\
CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED
admin.conf                 Nov 29, 2027 18:31 UTC   364d                                    no      
apiserver                  Nov 29, 2027 18:31 UTC   364d            ca                      no      
etcd-peer                  Nov 29, 2026 18:31 UTC   <invalid>       etcd-ca                 no      

CERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED
ca                      Nov 26, 2036 18:31 UTC   9y              no      
etcd-ca                 Nov 26, 2036 18:31 UTC   9y              no      
front-proxy-ca          Nov 26, 2026 18:31 UTC   <invalid>       no      
";

const COMPONENTS: [&str; 4] =
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];
/// What answers when a component is asked how it is.
const HEALTHY: &str = r#"case "$*" in *:2381*) echo '{"health":"true"}' ;; *) echo ok ;; esac"#;
/// How the kubelet is to tell a component from the one before it.
const MARK: &str = "    provisioner.dev/started: ";

/// As kubeadm writes them: with annotations or without.
fn manifest(component: &str) -> String {
    let annotations = match component {
        "etcd" | "kube-apiserver" => "  annotations:\n    kubeadm.kubernetes.io/of: it\n",
        _ => "",
    };
    format!("kind: Pod\nmetadata:\n{annotations}  name: {component}\nspec:\n  hostNetwork: true\n")
}

struct ControlPlane {
    folder: TempDir,
    program: String,
}

impl ControlPlane {
    fn new() -> Self {
        let planned = standing().plan(Mode::Apply, Purpose::Operate(Operation::RenewCertificates));
        let stages = planned.stages.iter().filter_map(|(_, stage)| stage.as_ref().ok());
        let mut steps = stages.flat_map(|stage| &stage.tasks).flat_map(|task| &task.steps);
        let name = "the program that changes a control plane";
        let step = steps.find(|step| step.name == name).unwrap();
        let HostAction::Playbook(step) = &step.action else { panic!("a question") };
        let Action::File { content, .. } = &step.action else { panic!("no file") };
        let folder = TempDir::new().unwrap();
        let own = folder.path().to_str().unwrap();
        let mut program = content.expose().to_owned();
        for place in ["/usr/local/lib/provisioner/", "/etc/kubernetes/", "/run/provisioner/"] {
            program = program.replace(place, &format!("{own}/"));
        }
        Self { folder, program }
    }

    /// One whose kubelet runs what is in the folder of manifests, and to whose kubeadm these are how they should be.
    fn standing() -> Self {
        let control_plane = Self::new();
        let own = control_plane.folder.path().display();
        for folder in ["manifests", "made"] {
            fs_err::create_dir(control_plane.folder.path().join(folder)).unwrap();
            for component in COMPONENTS {
                let path = control_plane.folder.path().join(format!("{folder}/{component}.yaml"));
                fs_err::write(path, manifest(component)).unwrap();
            }
        }
        let running = format!("cd {own}/manifests; [ ! -e $2.yaml ] || cksum <$2.yaml | tr ' ' -");
        control_plane.says("component", &running);
        control_plane.says("kubectl", HEALTHY);
        control_plane.says("etcd", "[ $1 != leads ]");
        control_plane.says("unshare", "into=$6; shift 7; exec env INTO=\"$into\" \"$@\"");
        control_plane.says("kubeadm", &format!("[ -z \"$INTO\" ] || cp {own}/made/* \"$INTO\""));
        control_plane
    }

    fn manifests(&self) -> Vec<String> {
        let path = |component| self.folder.path().join(format!("manifests/{component}.yaml"));
        COMPONENTS
            .iter()
            .map(|component| fs_err::read_to_string(path(component)).unwrap())
            .collect()
    }

    fn says(&self, name: &str, script: &str) {
        let path = self.folder.path().join(name);
        fs_err::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn run(&self, verb: &str) -> Output {
        let path = format!("{}:/usr/bin:/bin", self.folder.path().display());
        let mut shell = Command::new("sh");
        shell.args(["-c", &self.program, "control-plane", verb]).env("PATH", path);
        shell.output().unwrap()
    }

    fn code(&self, verb: &str) -> Option<i32> {
        self.run(verb).status.code()
    }
}

#[test]
fn what_has_expired_is_known_without_the_api() {
    let control_plane = ControlPlane::new();
    let list = |text: &str| {
        let arguments = r#"case "$*" in *" check-expiration "*) ;; *) exit 0 ;; esac"#;
        control_plane.says("kubeadm", &format!("{arguments}\ncat <<'END'\n{text}END"));
    };
    list(EXPIRED);
    let expired = control_plane.run("is-valid");
    assert_eq!(expired.status.code(), Some(1), "{expired:?}");
    assert_eq!(String::from_utf8_lossy(&expired.stdout), "expired: etcd-peer\n");
    // That of an authority is not renewed.
    list(&EXPIRED.replacen("<invalid>", "364d     ", 1));
    assert_eq!(control_plane.code("is-valid"), Some(0));
    control_plane.says("kubeadm", "exit 1");
    assert_eq!(control_plane.code("is-valid"), Some(3), "nobody can tell");
}

#[test]
fn each_component_counts() {
    let control_plane = ControlPlane::new();
    control_plane.says("kubectl", HEALTHY);
    control_plane.says("component", "echo one");
    assert_eq!(control_plane.code("check"), Some(0), "{:?}", control_plane.run("check"));
    for missing in COMPONENTS {
        control_plane.says("component", &format!("[ \"$2\" = {missing} ] || echo one"));
        assert_eq!(control_plane.code("check"), Some(1), "{missing} does not run");
        control_plane.says("component", &format!("[ \"$2\" != {missing} ] || exit 1; echo one"));
        assert_ne!(control_plane.code("check"), Some(0), "nobody can tell of {missing}");
    }
}

/// The kubelet waits up to five minutes with a container that has ended a few times.
#[test]
fn a_component_is_started_anew_as_another_pod() {
    let control_plane = ControlPlane::standing();
    let mut before = control_plane.manifests();
    for turn in ["the first time", "again"] {
        let renewed = control_plane.run("renew");
        assert!(renewed.status.success(), "{turn}: {renewed:?}");
        let after = control_plane.manifests();
        for ((component, before), after) in COMPONENTS.iter().zip(&before).zip(&after) {
            assert_ne!(before, after, "{turn}: {component}");
            let (marks, rest): (Vec<_>, Vec<_>) =
                after.lines().partition(|line| line.starts_with(MARK));
            assert_eq!(marks.len(), 1, "{turn}: {after}");
            assert!(after.contains(&format!("\n  annotations:\n{MARK}")), "{turn}: {after}");
            let mut as_made = manifest(component);
            if !as_made.contains("annotations") {
                as_made = as_made.replace("metadata:\n", "metadata:\n  annotations:\n");
            }
            assert_eq!(rest.join("\n") + "\n", as_made, "{turn}");
        }
        before = after;
    }
}

#[test]
fn what_was_started_anew_is_as_kubeadm_makes_it() {
    let control_plane = ControlPlane::standing();
    assert!(control_plane.run("renew").status.success());
    let before = control_plane.manifests();
    let applied = control_plane.run("apply");
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(control_plane.manifests(), before, "nothing is replaced");

    let made = control_plane.folder.path().join("made/kube-scheduler.yaml");
    fs_err::write(made, manifest("kube-scheduler") + "status: {}\n").unwrap();
    assert!(control_plane.run("apply").status.success());
    let after = control_plane.manifests();
    assert_eq!(after[..3], before[..3], "the others go on");
    assert_eq!(after[3], before[3].clone() + "status: {}\n");
}

/// Else the old one would be taken for the new one.
#[test]
fn what_does_not_end_is_not_followed_by_another() {
    let mut control_plane = ControlPlane::standing();
    control_plane.program = control_plane.program.replace("patience=480", "patience=2");
    let before = control_plane.manifests();
    for (says, running) in [("it goes on", "echo one"), ("nobody can tell", "exit 1")] {
        control_plane.says("component", running);
        let restarted = control_plane.run("restart-api");
        assert_eq!(restarted.status.code(), Some(1), "{says}: {restarted:?}");
        let told = String::from_utf8_lossy(&restarted.stdout);
        assert!(told.contains("kube-apiserver does not end"), "{says}: {told}");
        assert_eq!(control_plane.manifests(), before, "{says}");
    }
}

#[test]
fn another_member_of_etcd_that_is_unwell_is_named() {
    let mut control_plane = ControlPlane::standing();
    let members = "printf '%s\\n' 'a m1 p1 c1 voter' 'b m2 p2 c2 voter' 'c m3 p3 c3 voter'";
    let etcd = |unwell: &str| {
        format!("case $* in members) {members} ;; '-u {unwell} healthy' | leads) exit 1 ;; esac")
    };
    control_plane.says("etcd", &etcd("nobody"));
    assert_eq!(control_plane.code("others"), Some(0));

    control_plane.program =
        control_plane.program.replace("patience_with_others=30", "patience_with_others=0");
    control_plane.says("etcd", "exit 1");
    assert_eq!(control_plane.code("others"), Some(1), "nobody can tell");
    control_plane.says("etcd", &etcd("c2"));
    let before = control_plane.manifests();
    for verb in ["others", "renew"] {
        let refused = control_plane.run(verb);
        assert_eq!(refused.status.code(), Some(1), "{verb}: {refused:?}");
        assert_eq!(String::from_utf8_lossy(&refused.stdout), "etcd is not healthy on m2\n");
    }
    assert_eq!(control_plane.manifests(), before);
}

#[test]
fn what_was_away_when_the_power_failed_comes_back() {
    let control_plane = ControlPlane::standing();
    let folder = control_plane.folder.path().join("manifests");
    let [away, there] = [".etcd.yaml", "etcd.yaml"].map(|name| folder.join(name));
    fs_err::rename(&there, &away).unwrap();
    assert_eq!(control_plane.code("check"), Some(0));
    assert!(there.exists() && !away.exists());

    // Another job of ours is at it.
    fs_err::rename(&there, &away).unwrap();
    let lock =
        fs_err::File::create(control_plane.folder.path().join("control-plane.lock")).unwrap();
    lock.file().lock().unwrap();
    assert_eq!(control_plane.code("check"), Some(1), "etcd does not run");
    assert!(away.exists());
}
