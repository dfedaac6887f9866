use std::fmt;
use std::thread::sleep;
use std::time::Duration;

use provisioner_tests::{Running, TestLab};

/// Long enough to be noticed, and shorter than what a run is ready to wait.
const CUT: Duration = Duration::from_secs(12);

/// What can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    ProgramKilled,
    OneHostCut,
    HalfOfTheHostsCut,
    HostRebooted,
    RunFull,
    ContainerdStopped,
    DnsBroken,
    PackagesFailOnce,
    FileCorrupted,
    LedgerRemoved,
}

impl Fault {
    pub(crate) const ALL: [Self; 10] = [
        Self::ProgramKilled,
        Self::OneHostCut,
        Self::HalfOfTheHostsCut,
        Self::HostRebooted,
        Self::RunFull,
        Self::ContainerdStopped,
        Self::DnsBroken,
        Self::PackagesFailOnce,
        Self::FileCorrupted,
        Self::LedgerRemoved,
    ];

    /// Lets it happen, on the last host, while a command runs.
    pub(crate) fn strike(self, lab: &TestLab, running: &Running) {
        let hosts: Vec<&str> = lab.hosts().collect();
        let last = hosts[hosts.len() - 1];
        match self {
            Self::ProgramKilled => running.signal("KILL"),
            Self::OneHostCut => cut(lab, &[last]),
            Self::HalfOfTheHostsCut => cut(lab, &hosts[..hosts.len() / 2]),
            Self::HostRebooted => {
                lab.power_off(last);
                lab.start(last);
            }
            _ => drop(lab.try_shell(last, self.script())),
        }
    }

    /// Makes good what does not pass by itself.
    pub(crate) fn heal(self, lab: &TestLab) {
        let last = lab.hosts().last().expect("a host");
        let script = match self {
            Self::RunFull => "rm -f /run/full",
            Self::DnsBroken => "umount /etc/resolv.conf",
            Self::PackagesFailOnce => "rm -f /usr/local/bin/apt-get",
            _ => return,
        };
        // A host that was started anew has nothing of it left.
        drop(lab.try_shell(last, script));
    }

    fn script(self) -> &'static str {
        match self {
            Self::RunFull => "dd if=/dev/zero of=/run/full bs=64k || :",
            Self::ContainerdStopped => "systemctl stop containerd",
            Self::DnsBroken => {
                "echo nameserver 192.0.2.1 >/tmp/resolv.conf && mount --bind /tmp/resolv.conf /etc/resolv.conf"
            }
            Self::PackagesFailOnce => {
                "printf '#!/bin/sh\\nrm \"$0\"\\necho broken >&2\\nexit 100\\n' >/usr/local/bin/apt-get
                 chmod 755 /usr/local/bin/apt-get"
            }
            Self::FileCorrupted => {
                "[ -e /usr/local/bin/kubectl ] && echo broken >/usr/local/bin/new && \
                 chmod 755 /usr/local/bin/new && mv /usr/local/bin/new /usr/local/bin/kubectl"
            }
            Self::LedgerRemoved => "rm -rf /var/lib/provisioner",
            _ => "",
        }
    }
}

fn cut(lab: &TestLab, hosts: &[&str]) {
    for host in hosts {
        lab.cut(host);
    }
    sleep(CUT);
    for host in hosts {
        lab.restore(host);
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ProgramKilled => "the program is killed",
            Self::OneHostCut => "a host is cut off",
            Self::HalfOfTheHostsCut => "half of the hosts are cut off",
            Self::HostRebooted => "a host is started anew",
            Self::RunFull => "/run is full",
            Self::ContainerdStopped => "containerd is stopped",
            Self::DnsBroken => "names are not resolved",
            Self::PackagesFailOnce => "apt fails once",
            Self::FileCorrupted => "a file is damaged",
            Self::LedgerRemoved => "the ledger is removed",
        })
    }
}
