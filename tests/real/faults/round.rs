use std::cell::OnceCell;
use std::time::{Duration, Instant};

use provisioner_tests::{
    Api, Kubectl, Outage, Program, Random, Running, Spec, TestLab, bundle, newer_bundle, version_of,
};

use super::disturbance::Disturbance;
use super::life::{COMMANDS, Moment};
use super::table::Table;

/// Of three control planes one can be missed.
const CONTROL_PLANES: usize = 3;
/// Far more than the API should be silent for when one is: this is against one that goes away.
const SILENCE: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_mins(3);

/// One life of a cluster, on new hosts.
pub(crate) struct Round {
    pub(crate) lab: TestLab,
    spec: Spec,
    program: Program,
    api: OnceCell<Api>,
}

impl Round {
    pub(crate) fn new(hosts: &[&str]) -> Self {
        let lab = TestLab::with_own_disks("t-faults", 18, hosts);
        let mut spec = Spec::of(&lab);
        spec.set("spec.security.encryption.enabled", true);
        let program = Program::new(&lab, &spec);
        Self { lab, spec, program, api: OnceCell::new() }
    }

    pub(crate) fn play(&self, moments: &[Moment], random: &mut Random, table: &mut Table) {
        for (command, _) in COMMANDS {
            let mut disturbance = Disturbance::new(self, command);
            for moment in moments.iter().filter(|moment| moment.command == command) {
                disturbance.meet(*moment, random, table);
            }
            disturbance.end(table);
            self.went_well(command);
        }
    }

    pub(crate) fn start(&self, command: &str) -> Running {
        let options = self.options(command);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        self.program.start(command, &options)
    }

    /// It looks for itself whether a command that says so is done.
    pub(crate) fn went_well(&self, command: &str) {
        let hosts = self.lab.hosts().count();
        match command {
            "up" => {
                self.kubectl().wait_for_nodes(hosts);
                self.kubectl().wait_for_etcd("m1", self.control_planes());
                self.program.plan().expect(0);
            }
            "upgrade" => self.is_upgraded(hosts),
            "scale" => {
                self.kubectl().wait_for_nodes(hosts - 1);
                let stays = |host: &&str| host.starts_with('m') && *host != self.leaving();
                self.kubectl().wait_for_etcd("m1", self.lab.hosts().filter(stays).count());
                self.is_clean(self.leaving());
            }
            _ => self.lab.hosts().for_each(|host| self.is_clean(host)),
        }
    }

    fn is_upgraded(&self, hosts: usize) {
        self.kubectl().wait_for_nodes(hosts);
        let newer = version_of(newer_bundle());
        let versions = "jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion} {end}";
        let versions = self.kubectl().run(&["get", "nodes", "-o", versions]);
        let is_new = |version: &str| version == format!("v{newer}");
        assert!(versions.split_whitespace().all(is_new), "{versions}");
        self.kubectl().wait_for_etcd("m1", self.control_planes());
        let mut spec = self.spec.clone();
        spec.set("spec.kubernetes.version", newer);
        self.program.set_spec(&spec);
        self.program.plan_with(newer_bundle()).expect(0);
    }

    /// A folder that is empty stays where it was taken for the host's own, its ledger having been lost.
    fn is_clean(&self, host: &str) {
        let look = "find /etc/kubernetes /var/lib/provisioner -mindepth 1";
        let left = self.lab.try_shell(host, look);
        assert!(left.stdout.is_empty(), "{host}: {left:?}");
    }

    /// Begins to ask the API, where it has to answer whatever breaks. Before, the cluster is whole.
    pub(crate) fn watch(&self, moment: &Moment, running: &Running) -> Option<Outage> {
        if !self.outlives(moment) {
            return None;
        }
        // It does nothing more until all that it has begun is done.
        running.signal("STOP");
        self.is_whole();
        running.signal("CONT");
        Some(self.api().watch())
    }

    /// etcd has all its members, and they are healthy.
    fn is_whole(&self) {
        let began = Instant::now();
        loop {
            let of = |host: &str| self.kubectl().etcd(host);
            let seen: Vec<_> =
                self.lab.hosts().filter(|host| host.starts_with('m')).map(of).collect();
            if seen.contains(&(CONTROL_PLANES, CONTROL_PLANES)) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "etcd: still {seen:?}, all and healthy");
        }
    }

    /// Whether the cluster has three control planes then, of which at most one is struck.
    fn outlives(&self, moment: &Moment) -> bool {
        let stands = match moment.command {
            "up" => !moment.is_before("survey"),
            "upgrade" => true,
            "scale" => moment.is_before("leave"),
            _ => false,
        };
        let hosts = self.hosts_from(moment);
        let struck = moment.fault.struck(&hosts);
        let struck = struck.iter().filter(|host| host.starts_with('m')).count();
        stands && self.control_planes() == CONTROL_PLANES && struck <= 1
    }

    /// All hosts, beginning with the one that is struck.
    pub(crate) fn hosts_from(&self, moment: &Moment) -> Vec<&str> {
        let mut hosts: Vec<&str> = self.lab.hosts().collect();
        let count = hosts.len();
        hosts.rotate_left(moment.host % count);
        hosts
    }

    /// One of these has to be in what is said of a failure.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.lab.hosts().chain([self.lab.name()]).collect()
    }

    fn control_planes(&self) -> usize {
        self.lab.hosts().filter(|host| host.starts_with('m')).count()
    }

    /// Who leaves: a control plane where the others go on without.
    fn leaving(&self) -> &'static str {
        if self.control_planes() == CONTROL_PLANES { "m3" } else { "w1" }
    }

    fn kubectl(&self) -> Kubectl {
        let path = self.program.home().join("kubeconfig.yaml");
        if !path.exists() {
            self.program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
        }
        Kubectl::new(&path)
    }

    fn api(&self) -> &Api {
        self.api.get_or_init(|| {
            drop(self.kubectl());
            let kubeconfig = fs_err::read_to_string(self.program.home().join("kubeconfig.yaml"));
            Api::new(&format!("{}:8443", self.lab.address(100)), &kubeconfig.expect("a kubeconfig"))
        })
    }

    fn options(&self, command: &str) -> Vec<String> {
        let newer = version_of(newer_bundle());
        let more: &[&str] = match command {
            "up" => &["--bundle", bundle().as_str()],
            "upgrade" => &["--to", &newer, "--bundle", newer_bundle().as_str()],
            "scale" => &["--remove", self.leaving()],
            _ => &[],
        };
        let all = ["--yes", "--output", "json"].iter().chain(more);
        all.map(|word| (*word).to_owned()).collect()
    }
}

/// The API answered all the while, or was silent for no longer than until others took over.
pub(crate) fn answered(moment: &Moment, looks: Outage) -> String {
    let longest = looks.longest();
    assert!(longest < SILENCE, "{moment}: the API was silent for {longest:?}");
    format!("; the API was silent for {:.1} s", longest.as_secs_f64())
}
