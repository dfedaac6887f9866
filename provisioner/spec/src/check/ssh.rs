use super::subject::Subject;
use crate::diagnostic::Fault;

/// A password for sudo is of use only with sudo.
pub(super) fn sudo_password(subject: &Subject<'_>) {
    let hosts = &subject.cluster.hosts;
    let general = ("spec.hosts.ssh".to_owned(), &hosts.ssh);
    let each = subject.hosts().map(|host| (format!("{}.ssh", host.path), &host.value.ssh));
    for (path, ssh) in std::iter::once(general).chain(each) {
        let password = format!("{path}.sudoPassword");
        let sudo = subject.sound(format!("{path}.sudo"), ssh.sudo);
        if sudo.is_some_and(|sudo| !sudo.value) && subject.is_given(&password) {
            subject.fault(
                &password,
                Fault::new("sudo-password", "a password for sudo, but no sudo", "of no use here")
                    .hint("add `sudo: true`, or leave the password out"),
            );
        }
    }
}
