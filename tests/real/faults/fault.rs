use std::fmt;
use std::thread::sleep;
use std::time::Duration;

use provisioner_tests::{Running, TestLab};

/// Long enough to be noticed, and shorter than what a run is ready to wait.
const CUT: Duration = Duration::from_secs(12);
/// Where the ledger is kept that a host has lost.
const KEPT: &str = "/var/lib/ledger-kept";

/// What can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    ProgramKilled,
    OneHostCut,
    HalfOfTheHostsCut,
    HostRebooted,
    Full(&'static str),
    ContainerdStopped,
    DnsBroken,
    PackagesFailOnce,
    FileCorrupted,
    LedgerRemoved,
    ClockSkewed,
}

impl Fault {
    pub(crate) const ALL: [Self; 15] = [
        Self::ProgramKilled,
        Self::Full("/run"),
        Self::OneHostCut,
        Self::PackagesFailOnce,
        Self::Full("/"),
        Self::HostRebooted,
        Self::FileCorrupted,
        Self::Full("/var/lib/containerd"),
        Self::ClockSkewed,
        Self::DnsBroken,
        Self::HalfOfTheHostsCut,
        Self::Full("/var/lib/kubelet"),
        Self::ContainerdStopped,
        Self::LedgerRemoved,
        Self::Full("/tmp"),
    ];

    /// Lets it happen on the first of these hosts, in the order of the lab from there on, while a command runs.
    /// Tells whether there was something that could break.
    pub(crate) fn strike(self, lab: &TestLab, running: &Running, hosts: &[&str]) -> bool {
        let host = hosts[0];
        match self {
            Self::ProgramKilled => running.signal("KILL"),
            Self::OneHostCut | Self::HalfOfTheHostsCut => cut(lab, self.struck(hosts)),
            Self::HostRebooted => {
                lab.power_off(host);
                lab.start(host);
            }
            _ => {
                let struck = lab.try_shell(host, &self.script());
                println!("{self} on {host}: {}", struck.status);
                if struck.status.success() && self.is_for_the_next_run() {
                    running.signal("KILL");
                }
                return struck.status.success();
            }
        }
        true
    }

    /// Those of the hosts, in the order of the lab from one on, that it is about.
    pub(crate) fn struck<'a>(self, hosts: &'a [&'a str]) -> &'a [&'a str] {
        let count = if self == Self::HalfOfTheHostsCut { hosts.len() / 2 } else { 1 };
        &hosts[..count]
    }

    /// A run has looked at it when it began, so that only the next one sees it.
    pub(crate) fn is_for_the_next_run(self) -> bool {
        matches!(self, Self::ClockSkewed | Self::LedgerRemoved)
    }

    /// A host is afterwards as it would have been without it, so that a run that is done has done all.
    pub(crate) fn leaves_nothing(self) -> bool {
        !matches!(self, Self::ContainerdStopped | Self::FileCorrupted | Self::LedgerRemoved)
    }

    /// Makes good what does not pass by itself. Tells whether anything has met it.
    pub(crate) fn heal(self, lab: &TestLab, command: &str, host: &str) -> bool {
        let script = match self {
            Self::Full(place) => &format!("mount -o remount,size=80% {}", disk_of(place)),
            Self::DnsBroken => "umount /etc/resolv.conf",
            // It is still there if nobody has called it.
            Self::PackagesFailOnce => {
                "[ ! -e /usr/local/bin/apt-get ] || { rm -f /usr/local/bin/apt-get; exit 9; }"
            }
            Self::ClockSkewed => "rm -f /usr/local/bin/date",
            // Only `up` says what is to run on a host, and only an upgrade brings programs, too.
            Self::ContainerdStopped if command != "up" => "systemctl start containerd",
            Self::FileCorrupted if command == "scale" || command == "down" => {
                "mv /var/lib/kubectl-kept /usr/local/bin/kubectl"
            }
            _ => return true,
        };
        // A host that was started anew has nothing of it left.
        lab.try_shell(host, script).status.code() != Some(9)
    }

    fn script(self) -> String {
        match self {
            // Everything that is written from now on is too much. No size at all would mean no limit, for good.
            Self::Full(place) => format!(
                "place={}
                 mountpoint -q $place || exit 1
                 for attempt in 1 2 3 4 5 6 7 8 9; do
                     used=$(df -B1 --output=used $place | tail -n 1)
                     mount -o remount,size=$((used > 4096 ? used : 4096)) $place 2>/dev/null && exit 0
                 done
                 exit 1",
                disk_of(place)
            ),
            Self::ContainerdStopped => {
                "systemctl -q is-active containerd && systemctl stop containerd".to_owned()
            }
            Self::DnsBroken => "echo nameserver 192.0.2.1 >/run/resolv.conf && \
                 mount --bind /run/resolv.conf /etc/resolv.conf"
                .to_owned(),
            Self::PackagesFailOnce => {
                "printf '#!/bin/sh\\nrm \"$0\"\\necho broken >&2\\nexit 100\\n' >/usr/local/bin/apt-get
                 chmod 755 /usr/local/bin/apt-get"
                    .to_owned()
            }
            Self::FileCorrupted => "cd /usr/local/bin && [ -e kubectl ] && cp -a kubectl /var/lib/kubectl-kept && \
                 echo broken >new && chmod 755 new && mv new kubectl"
                .to_owned(),
            Self::LedgerRemoved => format!(
                "[ -e /var/lib/provisioner/ledger ] && rm -rf {KEPT} && mv /var/lib/provisioner {KEPT}"
            ),
            // The clock is this machine's own, and programs in Go ask the kernel for it, not the library that
            // could be given another. So it is another for those who ask `date`, as the program does.
            Self::ClockSkewed => {
                "printf '#!/bin/sh\\nexec /usr/bin/date -d \"10 minutes\" \"$@\"\\n' >/usr/local/bin/date
                 chmod 755 /usr/local/bin/date"
                    .to_owned()
            }
            _ => ":".to_owned(),
        }
    }
}

/// As somebody would who has a copy of it.
pub(crate) fn bring_back_the_ledger(lab: &TestLab, host: &str) {
    lab.shell(
        host,
        &format!(
            "cd {KEPT} && mkdir -p /var/lib/provisioner && touch /var/lib/provisioner/ledger && \
             cat /var/lib/provisioner/ledger >>ledger && cp -a . /var/lib/provisioner/ && rm -rf {KEPT}"
        ),
    );
}

/// etcd's folder is on the disk of the root file system.
fn disk_of(place: &str) -> &str {
    if place == "/" { "/var/lib/etcd" } else { place }
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
        let text = match self {
            Self::ProgramKilled => "the program is killed",
            Self::OneHostCut => "a host is cut off",
            Self::HalfOfTheHostsCut => "half of the hosts are cut off",
            Self::HostRebooted => "a host is started anew",
            Self::Full(place) => return formatter.pad(&format!("{place} is full")),
            Self::ContainerdStopped => "containerd is stopped",
            Self::DnsBroken => "names are not resolved",
            Self::PackagesFailOnce => "apt fails once",
            Self::FileCorrupted => "a file is damaged",
            Self::LedgerRemoved => "the ledger is removed",
            Self::ClockSkewed => "a clock is 10 minutes ahead",
        };
        formatter.pad(text)
    }
}
