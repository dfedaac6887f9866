//! Programs that are installed already.

use super::finding::Report;
use super::input::Input;

pub(super) fn kubelet(input: &Input<'_>, report: &mut Report) {
    let wanted = &input.cluster.kubernetes.version;
    for (host, facts) in input.nodes() {
        let Some(program) = facts.programs.get("kubelet") else { continue };
        let Some(release) = program.release() else { continue };
        if release > (wanted.major, wanted.minor) {
            let message = format!("kubelet {} is installed, newer than {wanted}", program.version);
            report.error(&[&host.name], message);
        }
    }
}

pub(super) fn containerd(input: &Input<'_>, report: &mut Report) {
    let minor = input.minor();
    for (host, facts) in input.nodes() {
        let Some(program) = facts.programs.get("containerd") else { continue };
        let Some(release) = program.release() else { continue };
        let version = &program.version;
        // The kubelet speaks CRI v1 from 1.23 on and nothing else from 1.26 on; containerd speaks it
        // from 1.6 on and nothing else from 2.0 on.
        if minor >= 26 && release < (1, 6) {
            let message = format!("containerd {version} is too old for Kubernetes 1.{minor}");
            report.error(&[&host.name], message);
        } else if minor < 23 && release >= (2, 0) {
            let message = format!("containerd {version} is too new for Kubernetes 1.{minor}");
            report.error(&[&host.name], message);
        }
    }
}
