use std::net::IpAddr;
use std::process::Output;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use provisioner_lab::{Lab, LabDefinition, LabHost, Paths, System, down, up};
use tokio::runtime::Runtime;

/// How long a host may take for anything that is waited for.
const PATIENCE: Duration = Duration::from_mins(4);
const POLL: Duration = Duration::from_millis(200);

/// The hosts of a test. They go when it ends, unless `KEEP_LAB` is set.
#[derive(Debug)]
pub struct TestLab {
    runtime: Runtime,
    paths: Paths,
    lab: Lab,
    network: u8,
}

impl TestLab {
    /// Hosts on 172.29.`network`.0/24: control planes `m1`.. at .11.., workers `w1`.. at .21..,
    /// edge nodes `e1`.. and others at .31.., load balancers `b1`.. at .41..
    pub fn new(name: &str, network: u8, hosts: &[&str]) -> Self {
        Self::of_system(System::Debian, name, network, hosts)
    }

    /// The same with hosts that run another system.
    pub fn of_system(system: System, name: &str, network: u8, hosts: &[&str]) -> Self {
        Self::made(system, name, network, hosts, |_| None, |_| ())
    }

    /// The same with disks for each host: `/`, `/var/lib/containerd` and `/var/lib/kubelet`.
    pub fn with_own_disks(name: &str, network: u8, hosts: &[&str]) -> Self {
        let mount = |paths: &Paths| crate::disks::mount(&paths.root().join(name), hosts);
        Self::made(System::Debian, name, network, hosts, |_| None, mount)
    }

    /// The same with a second address for each host in `fd00:172:29:NETWORK::/64`, with the same number.
    pub fn dual_stack(name: &str, network: u8, hosts: &[&str]) -> Self {
        let second = |host: &str| {
            let address = format!("fd00:172:29:{network}::{}", number(host));
            Some(address.parse().expect("an address"))
        };
        Self::made(System::Debian, name, network, hosts, second, |_| ())
    }

    fn made(
        system: System,
        name: &str,
        network: u8,
        hosts: &[&str],
        second: impl Fn(&str) -> Option<IpAddr>,
        before: impl Fn(&Paths),
    ) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let paths = Paths::new(crate::bundle::cache());
        let host = |name: &&str| LabHost {
            name: (*name).to_owned(),
            address: [172, 29, network, number(name)].into(),
            secondary_address: second(name),
        };
        let definition = LabDefinition {
            name: name.to_owned(),
            system,
            hosts: hosts.iter().map(host).collect(),
            authorized_keys: Vec::new(),
        };
        let began = Instant::now();
        let lab = runtime.block_on(async {
            down(name, &paths).await.expect("what an earlier test left is removed");
            links_are_gone(name);
            before(&paths);
            let status = up(&definition, &paths, |_| {}).await.expect("hosts");
            assert!(status.is_ready(), "{status:?}");
            Lab::open(name, &paths).expect("a lab")
        });
        println!("{} hosts after {:.1} s", hosts.len(), began.elapsed().as_secs_f64());
        Self { runtime, paths, lab, network }
    }

    pub fn name(&self) -> &str {
        self.lab.name()
    }

    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.lab.definition().hosts.iter().map(|host| host.name.as_str())
    }

    /// An address of the lab's network.
    pub fn address(&self, last: u8) -> String {
        format!("172.29.{}.{last}", self.network)
    }

    pub fn address_of(&self, host: &str) -> String {
        self.address(number(host))
    }

    /// What a host has besides, in a lab with dual stack.
    pub fn secondary_address_of(&self, host: &str) -> Option<IpAddr> {
        let hosts = &self.lab.definition().hosts;
        hosts.iter().find(|one| one.name == host)?.secondary_address
    }

    pub fn private_key(&self) -> Utf8PathBuf {
        self.lab.private_key()
    }

    pub fn known_hosts(&self) -> Utf8PathBuf {
        self.lab.known_hosts()
    }

    /// What a shell command on a host says, without SSH. It must go well.
    pub fn shell(&self, host: &str, script: &str) -> String {
        let output = self.try_shell(host, script);
        assert!(output.status.success(), "{host}: {script}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The same, whether or not it goes well.
    pub fn try_shell(&self, host: &str, script: &str) -> Output {
        self.runtime.block_on(self.lab.shell(host, script)).expect("a running host")
    }

    /// Waits until a shell command on a host goes well, and tells what it says then.
    pub fn wait(&self, host: &str, script: &str) -> String {
        let began = Instant::now();
        loop {
            let output = self.try_shell(host, script);
            if output.status.success() {
                return String::from_utf8_lossy(&output.stdout).trim().to_owned();
            }
            assert!(began.elapsed() < PATIENCE, "{host}: {script}: still {output:?}");
            std::thread::sleep(POLL);
        }
    }

    /// What a program of this machine says of the network of a host.
    pub fn network(&self, host: &str, program: &[&str]) -> String {
        let process = self.lab.process(host).expect("a running host").to_string();
        let output = std::process::Command::new("nsenter")
            .args(["--target", &process, "--net"])
            .args(program)
            .output()
            .expect("nsenter");
        assert!(output.status.success(), "{host}: {program:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn power_off(&self, host: &str) {
        self.runtime.block_on(self.lab.power_off(host)).expect("power off");
    }

    pub fn start(&self, host: &str) {
        self.runtime.block_on(self.lab.start(host)).expect("start");
    }

    pub fn cut(&self, host: &str) {
        self.runtime.block_on(self.lab.cut(host)).expect("cut");
    }

    pub fn restore(&self, host: &str) {
        self.runtime.block_on(self.lab.restore(host)).expect("restore");
    }
}

impl Drop for TestLab {
    fn drop(&mut self) {
        if std::env::var_os("KEEP_LAB").is_some() {
            println!("the lab {} stays; its key is {}", self.name(), self.private_key());
            return;
        }
        let removed = self.runtime.block_on(down(self.lab.name(), &self.paths));
        if let Err(error) = removed {
            println!("failed to remove the lab {}: {error}", self.name());
        }
    }
}

/// The kernel takes the network of a dead host apart a moment after its processes.
fn links_are_gone(lab: &str) {
    let began = Instant::now();
    let is_left = |entry: fs_err::DirEntry| {
        entry.file_name().to_string_lossy().starts_with(&format!("vb-{lab}"))
    };
    while fs_err::read_dir("/sys/class/net").expect("links").flatten().any(is_left) {
        assert!(began.elapsed() < PATIENCE, "links of {lab} are left");
        std::thread::sleep(POLL);
    }
}

/// `m1` is 11, `w2` is 22, `e1` is 31.
fn number(host: &str) -> u8 {
    let (role, index) = host.split_at(1);
    let tens = match role {
        "m" => 10,
        "w" => 20,
        "b" => 40,
        _ => 30,
    };
    tens + index.parse::<u8>().expect("a host's number")
}
