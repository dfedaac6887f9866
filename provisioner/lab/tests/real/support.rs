use std::collections::BTreeSet;
use std::process::{Command, Output};

use provisioner_lab::{
    HostState, Lab, LabDefinition, LabHost, LabStatus, Paths, System, down, status, up,
};

/// A lab of a test. It is removed before, and when the test goes well; after a failure it is left
/// to be looked at.
pub(crate) struct TestLab {
    pub(crate) definition: LabDefinition,
    pub(crate) paths: Paths,
}

impl TestLab {
    /// A lab on 172.31.`network`.0/24.
    pub(crate) async fn new(name: &str, network: u8, hosts: &[&str]) -> Self {
        let paths =
            Paths::new(format!("{}/.cache/provisioner", std::env::var("HOME").expect("a home")));
        down(name, &paths).await.expect("a clean start");
        Self { definition: Self::definition(name, network, hosts), paths }
    }

    pub(crate) fn definition(name: &str, network: u8, hosts: &[&str]) -> LabDefinition {
        let host = |(name, number): (&&str, u8)| LabHost {
            name: (*name).to_owned(),
            address: [172, 31, network, number].into(),
            secondary_address: None,
        };
        LabDefinition {
            name: name.to_owned(),
            system: System::default(),
            hosts: hosts.iter().zip(11..).map(host).collect(),
            authorized_keys: Vec::new(),
        }
    }

    pub(crate) async fn up(&self) -> LabStatus {
        let status = up(&self.definition, &self.paths, |event| println!("{event:?}")).await;
        let status = status.expect("up");
        assert!(status.is_ready(), "{status:?}");
        status
    }

    pub(crate) async fn down(&self) {
        down(self.name(), &self.paths).await.expect("down");
    }

    pub(crate) fn name(&self) -> &str {
        &self.definition.name
    }

    pub(crate) fn open(&self) -> Lab {
        Lab::open(self.name(), &self.paths).expect("a lab")
    }

    pub(crate) async fn states(&self) -> Vec<HostState> {
        let status = status(self.name(), &self.paths).await.expect("status").expect("a lab");
        status.hosts.iter().map(|host| host.state).collect()
    }

    /// What a user's own `ssh` says, with strict checking of the host's key.
    pub(crate) fn ssh(&self, user: &str, host: &str, command: &str) -> Output {
        let known_hosts = format!("UserKnownHostsFile={}", self.paths.known_hosts(self.name()));
        let key = self.paths.private_key(self.name());
        let address = self.definition.hosts.iter().find(|one| one.name == host);
        let address = address.expect("a host").address;
        Command::new("ssh")
            .args(["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"])
            .args(["-o", "ConnectTimeout=5", "-o", &known_hosts, "-i", key.as_str()])
            .args([&format!("{user}@{address}"), command])
            .output()
            .expect("ssh")
    }

    /// What the machine has of this lab: mounts, links, tables, cgroups, processes, files.
    pub(crate) fn traces(&self) -> BTreeSet<String> {
        let looks = [
            "cat /proc/self/mounts",
            "ip -o link",
            "ip -o address",
            "nft list tables",
            "find /sys/fs/cgroup -type d",
            "find /run/systemd/nspawn /run/netns 2>/dev/null || true",
            "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | tr '\\n' ' ' | \
             grep -o 'machine=[^ ]*' || true",
        ];
        let mut traces: BTreeSet<String> = looks
            .iter()
            .flat_map(|look| lines(&text(&sh(look))))
            .filter(|line| line.contains(self.name()))
            .collect();
        let files = format!("find {}/{} 2>/dev/null || true", self.paths.root(), self.name());
        traces.extend(lines(&text(&sh(&files))));
        traces
    }
}

pub(crate) fn sh(script: &str) -> Output {
    Command::new("sh").args(["-c", script]).output().expect("sh")
}

/// What a command printed; it must have gone well.
pub(crate) fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
