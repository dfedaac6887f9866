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
        let program = content.expose().replace("/usr/local/lib/provisioner/", &format!("{own}/"));
        Self { folder, program }
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
    let answer = r#"case "$*" in *:2381*) echo '{"health":"true"}' ;; *) echo ok ;; esac"#;
    control_plane.says("kubectl", answer);
    control_plane.says("component", "echo one");
    assert_eq!(control_plane.code("check"), Some(0), "{:?}", control_plane.run("check"));
    for missing in ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] {
        control_plane.says("component", &format!("[ \"$2\" = {missing} ] || echo one"));
        assert_eq!(control_plane.code("check"), Some(1), "{missing} does not run");
        control_plane.says("component", &format!("[ \"$2\" != {missing} ] || exit 1; echo one"));
        assert_ne!(control_plane.code("check"), Some(0), "nobody can tell of {missing}");
    }
}
