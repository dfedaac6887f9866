//! A small cluster under rough conditions: odd shells, values in the spec that want to be more than
//! values, a user who stops the run, and a network that does not hold.

mod hostile;
mod lost;
mod stopped;

use provisioner_tests::{Kubectl, Program, Spec, TestLab};

const HOSTS: &[&str] = &["m1", "w1"];

#[test]
fn real_rough_conditions() {
    let lab = TestLab::new("t-rough", 12, HOSTS);
    odd_shells(&lab);
    let mut spec = Spec::of(&lab);
    spec.set_yaml("spec.hosts.controlPlane.0.ssh", "{user: ops, sudo: true}");
    let password = "{user: opspw, sudo: true, sudoPassword: {env: SUDO_PASSWORD}}";
    spec.set_yaml("spec.hosts.workers.0.ssh", password);
    hostile::set(&mut spec);
    let mut program = Program::new(&lab, &spec);
    program.set_variable("SUDO_PASSWORD", provisioner_lab::PASSWORD);

    stopped::an_interrupted_run_ends_after_its_steps(&program);
    lost::a_run_outlives_its_connections(&lab, &program);
    hostile::values_are_values(&lab, &kubectl(&program));
    program.plan().expect(0);
}

/// bash as /bin/sh on one host, and login shells that are no POSIX ones.
fn odd_shells(lab: &TestLab) {
    let install = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends";
    lab.shell(
        "m1",
        &format!("{install} fish && usermod -s /usr/bin/fish ops && ln -sfT bash /bin/sh"),
    );
    lab.shell("w1", &format!("{install} tcsh && usermod -s /usr/bin/tcsh opspw"));
}

fn kubectl(program: &Program) -> Kubectl {
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    Kubectl::new(&path)
}
