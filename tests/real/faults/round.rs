use std::fmt;

use provisioner_tests::{Kubectl, Program, Run, Spec, TestLab, bundle, newer_bundle, version_of};
use serde_json::Value;

use super::Fault;

/// When something breaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) command: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) fault: Fault,
}

/// One life of a cluster, on new hosts.
pub(crate) struct Round {
    lab: TestLab,
    program: Program,
}

impl Moment {
    /// Nobody knows any more what a host was before, when its ledger goes before `down` has read it.
    pub(crate) fn is_possible(&self) -> bool {
        self.fault != Fault::LedgerRemoved || self.command == "up"
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {} of {}", self.fault, self.stage, self.command)
    }
}

impl Round {
    pub(crate) fn new(hosts: &[&str]) -> Self {
        let lab = TestLab::new("t-faults", 18, hosts);
        let program = Program::new(&lab, &Spec::of(&lab));
        Self { lab, program }
    }

    pub(crate) fn play(&self, moments: &[Moment], table: &mut Vec<(Moment, String)>) {
        for moment in moments {
            let outcome = self.disturbed(*moment);
            println!("{moment}: {outcome}");
            self.went_well(moment.command);
            table.push((*moment, outcome));
        }
    }

    /// What came of a command that was disturbed; the same command ends it well afterwards.
    fn disturbed(&self, moment: Moment) -> String {
        let options = options(moment.command);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let running = self.program.start(moment.command, &options);
        let reached = running.wait_for_stage(moment.stage).is_some();
        moment.fault.strike(&self.lab, &running);
        let disturbed = running.finish();
        moment.fault.heal(&self.lab);
        let again = self.program.run(moment.command, &options);
        assert_eq!(
            again.code,
            Some(0),
            "{moment}: {}\nbefore: {}",
            again.account(),
            disturbed.account()
        );
        if !reached {
            return "there was no such stage".to_owned();
        }
        format!("{}; then done in {:.0} s", self.outcome(moment, &disturbed), again.seconds)
    }

    /// It looks for itself.
    fn went_well(&self, command: &str) {
        let hosts = self.lab.hosts().count();
        match command {
            "up" => {
                self.kubectl().wait_for_nodes(hosts);
                self.kubectl().wait_for_etcd("m1", self.control_planes());
                self.program.plan().expect(0);
            }
            "upgrade" => {
                self.kubectl().wait_for_nodes(hosts);
                let versions = "jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion} {end}";
                let versions = self.kubectl().run(&["get", "nodes", "-o", versions]);
                let newer = format!("v{}", version_of(newer_bundle()));
                let is_new = |version: &str| version == newer;
                assert!(versions.split_whitespace().all(is_new), "{versions}");
            }
            "scale" => {
                self.kubectl().wait_for_nodes(hosts - 1);
                self.kubectl().wait_for_etcd("m1", self.control_planes());
            }
            // A folder that is empty stays where it was taken for the host's own, its ledger having been lost.
            _ => self.lab.hosts().for_each(|host| {
                let look = "find /etc/kubernetes /var/lib/provisioner -mindepth 1";
                let left = self.lab.try_shell(host, look);
                assert!(left.stdout.is_empty(), "{host}: {left:?}");
            }),
        }
    }

    /// It was done all the same, or failed with a reason that names where.
    fn outcome(&self, moment: Moment, run: &Run) -> String {
        match run.code {
            None => "ended".to_owned(),
            Some(0) => "done all the same".to_owned(),
            Some(code) => format!("ended with {code}: {}", self.reason(moment, run)),
        }
    }

    fn reason(&self, moment: Moment, run: &Run) -> String {
        let summary = run.events.last().map_or(&Value::Null, |event| &event["failures"]);
        let Some(failure) = summary.as_array().and_then(|failures| failures.first()) else {
            let said = run.stderr.trim();
            assert!(said.contains("error"), "{moment}: no reason is given: {}", run.account());
            return said.lines().next().unwrap_or_default().to_owned();
        };
        let text = |key: &str| failure[key].as_str().unwrap_or_default();
        assert!(!text("error").is_empty() && !text("stage").is_empty(), "{moment}: {failure}");
        let names = |host: &str| text("host") == host || text("error").contains(host);
        assert!(self.lab.hosts().any(names), "{moment}: no host is named: {failure}");
        format!("{}: {}: {}", text("host"), text("step"), text("error"))
    }

    fn control_planes(&self) -> usize {
        self.lab.hosts().filter(|host| host.starts_with('m')).count()
    }

    fn kubectl(&self) -> Kubectl {
        let path = self.program.home().join("kubeconfig.yaml");
        self.program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
        Kubectl::new(&path)
    }
}

fn options(command: &str) -> Vec<String> {
    let newer = version_of(newer_bundle());
    let more: &[&str] = match command {
        "up" => &["--bundle", bundle().as_str()],
        "upgrade" => &["--to", &newer, "--bundle", newer_bundle().as_str()],
        "scale" => &["--remove", "w1"],
        _ => &[],
    };
    let all = ["--yes", "--output", "json"].iter().chain(more);
    all.map(|word| (*word).to_owned()).collect()
}
