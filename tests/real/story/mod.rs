//! The life of a cluster from fresh hosts on, one chapter after another on the same hosts.

mod drift;
mod everyday;
mod failover;
mod fresh;
mod leaderless;
mod network;
mod refused;
mod second;
mod up;

use provisioner_tests::{Kubectl, Program, Secrets, Spec, TestLab};

const HOSTS: &[&str] = &["m1", "m2", "m3", "w1", "w2", "e1"];
const CONTROL_PLANES: &[&str] = &["m1", "m2", "m3"];

/// The sudo password of two of the hosts: whatever a shell would make of it must not happen.
const PASSWORD: &str = "it's \"a\" `touch /canary` $(touch /canary) pässwörd; !#%";

struct Story {
    lab: TestLab,
    spec: Spec,
    program: Program,
    secrets: Secrets,
}

#[test]
fn real_story() {
    let mut story = Story::begin();
    let planned = fresh::preflight_and_plan_change_nothing(&story);
    refused::a_stranger_has_the_router_id(&story);
    up::shows_no_secret_and_does_what_was_planned(&mut story, &planned);
    let kubectl = story.kubectl();
    up::the_cluster_is_highly_available(&story, &kubectl);
    everyday::hooks_have_run(&story);
    everyday::commands_run_on_hosts(&story);
    network::pods_reach_services_on_other_nodes(&story, &kubectl);
    up::again_nothing_is_done(&story);
    refused::preflight_finds_what_is_wrong(&story);
    drift::is_planned_and_mended_exactly(&story);
    leaderless::api_servers_hear_of_what_is_new_again(&story, &kubectl);
    second::a_second_machine_needs_only_the_spec(&story);
    second::two_runs_at_once(&story);
    failover::the_holder_of_the_vip_is_powered_off(&story, &kubectl);
    up::no_secret_lies_open(&story);
}

impl Story {
    fn begin() -> Self {
        let lab = TestLab::new("t-story", 10, HOSTS);
        for host in ["w2", "e1"] {
            lab.shell(host, &format!("chpasswd <<'END'\nopspw:{PASSWORD}\nEND"));
        }
        let mut spec = Spec::of(&lab);
        spec.set_yaml("spec.hosts.workers.0.ssh", "{user: ops, sudo: true}");
        let with_variable = "{user: opspw, sudo: true, sudoPassword: {env: SUDO_PASSWORD}}";
        spec.set_yaml("spec.hosts.workers.1.ssh", with_variable);
        let with_file = "{user: opspw, sudo: true, sudoPassword: {file: ~/sudo-password}}";
        spec.set_yaml("spec.hosts.edge.nodes.0.ssh", with_file);
        everyday::add_hooks(&mut spec);
        let program = machine(&lab, &spec);
        let mut secrets = Secrets::default();
        secrets.add("the sudo password", PASSWORD);
        Self { lab, spec, program, secrets }
    }

    fn kubectl(&self) -> Kubectl {
        let path = self.program.home().join("kubeconfig.yaml");
        self.program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
        Kubectl::new(&path)
    }

    fn vip(&self) -> String {
        self.lab.address(100)
    }

    /// Which hosts have the VIP now.
    fn holders(&self) -> Vec<&str> {
        let script = format!("ip -o address show | grep -cF ' {}/' || :", self.vip());
        let holds = |host: &&&str| {
            let output = self.lab.try_shell(host, &script);
            String::from_utf8_lossy(&output.stdout).trim() != "0"
        };
        CONTROL_PLANES.iter().filter(holds).copied().collect()
    }
}

/// A machine with nothing but the spec and the password for it.
fn machine(lab: &TestLab, spec: &Spec) -> Program {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;
    let mut program = Program::new(lab, spec);
    program.set_variable("SUDO_PASSWORD", PASSWORD);
    everyday::write_hooks(&program);
    let path = program.home().join("sudo-password");
    std::fs::write(&path, format!("{PASSWORD}\n")).expect("written");
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("private");
    program
}
