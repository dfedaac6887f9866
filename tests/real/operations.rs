//! What is done to a cluster that stands: edits to its spec, new certificates, a snapshot, another version, and
//! the snapshot brought back. After `down` nothing is left of it all.

mod changes;
mod endpoint;
mod expired;
mod recovery;
mod secrets;
mod upgrade;

use std::time::Duration;

use provisioner_tests::{Api, Inventory, Kubectl, Outage, Program, Spec, TestLab, figure};

const CONTROL_PLANES: [&str; 3] = ["m1", "m2", "m3"];
/// Far more than the API should be silent for: this is against one that goes away.
const LIMIT: Duration = Duration::from_secs(15);
const HOSTS: [&str; 4] = ["m1", "m2", "m3", "w1"];

pub(crate) struct Operations {
    lab: TestLab,
    spec: Spec,
    program: Program,
    kubectl: Kubectl,
    api: Api,
}

#[test]
fn real_operations() {
    let lab = TestLab::new("t-operate", 17, &HOSTS);
    let spec = Spec::of(&lab);
    let program = Program::new(&lab, &spec);
    let before = HOSTS.map(|host| Inventory::of(&lab, host));
    program.up().expect(0);
    let mut cluster = Operations::of(lab, spec, program);
    secrets::one_is_made(&cluster);

    changes::an_edit_reaches_every_node(&mut cluster);
    endpoint::the_api_gets_another_address(&mut cluster);
    changes::what_cannot_change_is_refused(&mut cluster);
    secrets::they_are_encrypted(&cluster);
    secrets::their_key_is_rotated(&cluster);
    changes::certificates_are_renewed(&cluster);
    expired::control_planes_come_back(&cluster);
    upgrade::a_killed_upgrade_is_finished(&mut cluster);
    recovery::a_snapshot_is_brought_back(&cluster);
    cluster.program.down().expect(0);
    for (host, before) in HOSTS.iter().zip(before) {
        let difference = Inventory::of(&cluster.lab, host).difference(&before);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }
}

impl Operations {
    fn of(lab: TestLab, spec: Spec, program: Program) -> Self {
        let (kubectl, api) = clients(&program, &format!("{}:8443", lab.address(100)));
        Self { lab, spec, program, kubectl, api }
    }

    /// The API answered all the while.
    fn answered(&self, looks: Outage, during: &str) {
        let longest = looks.longest();
        let took = format!("{:.2} s", longest.as_secs_f64());
        figure("operations", &format!("the API was silent during {during} for"), took);
        assert!(longest < LIMIT && self.api.is_ready(), "{longest:?}");
    }
}

/// Clients with a new kubeconfig.
fn clients(program: &Program, endpoint: &str) -> (Kubectl, Api) {
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    let kubeconfig = fs_err::read_to_string(&path).expect("a kubeconfig");
    (Kubectl::new(&path), Api::new(endpoint, &kubeconfig))
}
