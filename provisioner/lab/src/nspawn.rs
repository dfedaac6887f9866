use camino::{Utf8Path, Utf8PathBuf};

use crate::cgroup::{KEEPER, MACHINE};
use crate::hierarchy::Hierarchy;
use crate::storage::VOLUMES;
use crate::{Paths, names};

/// systemd-nspawn ends with this status when the host reboots and `--keep-unit` is given
/// (nspawn.c, `EXIT_FORCE_RESTART`).
const REBOOT: u8 = 133;

/// What is run to have a host: its place among files, cgroups and networks.
pub(crate) struct Machine<'a> {
    pub(crate) lab: &'a str,
    pub(crate) host: &'a str,
    pub(crate) paths: &'a Paths,
    pub(crate) hierarchies: &'a [Hierarchy],
    /// The kernel's modules, where this machine has them.
    pub(crate) modules: Option<Utf8PathBuf>,
}

impl Machine<'_> {
    /// The script that is a host's power supply: it runs the host, again when it reboots, until it
    /// is switched off.
    pub(crate) fn keeper_script(&self) -> String {
        // Their paths consist of the names of controllers, labs and hosts: nothing to quote.
        let groups: Vec<_> =
            self.hierarchies.iter().map(|hierarchy| self.group(&hierarchy.root)).collect();
        format!(
            "#!/bin/sh\n\
             # Runs host {host} of lab {lab}.\n\
             # A lock or pipe of whoever made the lab is not kept open.\n\
             exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-\n\
             groups='{groups}'\n\
             \n\
             enter() {{\n\
             \x20   for group in $groups; do\n\
             \x20       echo 0 >\"$group/$1/cgroup.procs\" || return\n\
             \x20   done\n\
             }}\n\
             \n\
             # A reboot leaves nothing in memory.\n\
             clear_machine() {{\n\
             \x20   for group in $groups; do\n\
             \x20       find \"$group/{MACHINE}\" -mindepth 1 -type d -delete 2>/dev/null\n\
             \x20       # On v2 it still hands down controllers, and such a cgroup takes no process (cgroups(7)).\n\
             \x20       if test -e \"$group/{MACHINE}/cgroup.subtree_control\"; then\n\
             \x20           rmdir \"$group/{MACHINE}\" && mkdir \"$group/{MACHINE}\"\n\
             \x20       fi\n\
             \x20   done\n\
             }}\n\
             \n\
             enter {KEEPER} || exit\n\
             status={REBOOT}\n\
             while [ \"$status\" -eq {REBOOT} ]; do\n\
             \x20   clear_machine\n\
             \x20   (\n\
             \x20       enter {MACHINE} || exit\n\
             \x20       export SYSTEMD_NSPAWN_USE_CGNS=1\n\
             \x20       exec {command}\n\
             \x20   )\n\
             \x20   status=$?\n\
             done\n\
             exit \"$status\"\n",
            host = self.host,
            lab = self.lab,
            groups = groups.join(" "),
            command =
                self.command().into_iter().map(quote).collect::<Vec<_>>().join(" \\\n            "),
        )
    }

    fn group(&self, root: &Utf8Path) -> String {
        root.join(names::cgroup(self.lab)).join(self.host).into_string()
    }

    /// systemd-nspawn(1) as much like a machine of its own as it gets.
    fn command(&self) -> Vec<String> {
        let (lab, host) = (self.lab, self.host);
        let mut words = vec![
            "systemd-nspawn".to_owned(),
            "--quiet".to_owned(),
            "--boot".to_owned(),
            format!("--directory={}", self.paths.host_root(lab, host)),
            format!("--machine={}", names::machine(lab, host)),
            format!("--hostname={host}"),
            format!("--network-bridge={}", names::bridge(lab)),
            // It has cgroups already, and this machine may have no systemd to register with.
            "--register=no".to_owned(),
            "--keep-unit".to_owned(),
            "--console=read-only".to_owned(),
            // All but the clock, which it shares with this machine.
            "--capability=all".to_owned(),
            "--drop-capability=CAP_SYS_TIME".to_owned(),
            "--system-call-filter=@keyring bpf @mount @debug @module @raw-io".to_owned(),
            // The files of the host say these.
            "--resolv-conf=off".to_owned(),
            "--timezone=off".to_owned(),
            "--link-journal=no".to_owned(),
            // kubelet wants to see the kernel's log.
            "--bind=/dev/kmsg".to_owned(),
        ];
        if let Some(modules) = &self.modules {
            words.push(format!("--bind-ro={modules}"));
        }
        let disk = self.paths.disk(lab, host);
        words.extend(VOLUMES.map(|name| format!("--bind={disk}/volumes/{name}:/var/lib/{name}")));
        words
    }
}

/// One word of a POSIX shell.
fn quote(word: String) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=/.,".contains(&byte);
    if word.bytes().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hierarchy::Kind;

    #[test]
    fn how_a_host_is_run() {
        let hierarchy = |root: &str| Hierarchy { root: root.into(), kind: Kind::V1 };
        let machine = Machine {
            lab: "lab",
            host: "m1",
            paths: &Paths::new("/home/some one's/.cache/provisioner"),
            hierarchies: &[
                hierarchy("/sys/fs/cgroup/cpu,cpuacct"),
                hierarchy("/sys/fs/cgroup/pids"),
            ],
            modules: Some("/lib/modules".into()),
        };
        insta::assert_snapshot!(machine.keeper_script());
    }
}
