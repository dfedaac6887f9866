use super::GuestFile;

/// The user who may use sudo without a password.
pub const SUDO_USER: &str = "ops";
/// The user who may log in with a password and needs it for sudo.
pub const PASSWORD_USER: &str = "opspw";
/// The password of [`PASSWORD_USER`]. It opens hosts on a bridge of this machine and is no secret.
pub const PASSWORD: &str = "correct horse";

/// The files that are the same in every host.
pub(crate) fn common_files() -> Vec<GuestFile> {
    vec![
        GuestFile::new("usr/local/sbin/lab-boot", include_str!("files/boot.sh")).mode(0o755),
        GuestFile::new(
            "etc/systemd/system/lab-boot.service",
            include_str!("files/lab-boot.service"),
        ),
        GuestFile::new("etc/ssh/sshd_config.d/lab.conf", include_str!("files/sshd.conf")),
        GuestFile::new("etc/sudoers.d/ops", format!("{SUDO_USER} ALL=(ALL:ALL) NOPASSWD: ALL\n"))
            .mode(0o440),
        // pam_env complains at each login when it is not there.
        GuestFile::new("etc/default/locale", "LANG=C.UTF-8\n"),
    ]
}

/// Runs inside the new image, as a shell script; the password comes on standard input.
///
/// Host keys and machine-id are each host's own. Ubuntu's sshd is started by its socket. The units that are masked want hardware that a
/// container has not, or a terminal.
pub(crate) const SETUP: &str = "set -eu
useradd --create-home --uid 1000 --shell /bin/bash ops
useradd --create-home --uid 1001 --shell /bin/bash --groups sudo opspw
chpasswd
rm -f /etc/ssh/ssh_host_*
: > /etc/machine-id
systemctl disable ssh.socket
systemctl enable lab-boot.service systemd-networkd.service ssh.service
systemctl disable systemd-networkd-wait-online.service e2scrub_reap.service
systemctl mask console-getty.service systemd-networkd-wait-online.service
";
