use crate::support::{Home, Ran, spec};

const HOOKS_AND_HOSTS: &str = "  hooks:
    - {after: containerd, playbook: ./ntp.yaml}
    - {before: init, playbook: hooks/limits.yaml}
  hosts:
    controlPlane: [{name: m1, address: 10.0.0.11}]
";

const NTP: &str = "\
name: ntp
hosts: [control-plane]
steps:
  - name: chrony is installed
    package: {names: [chrony]}
";

const LIMITS: &str = "\
name: limits
hosts: [control-plane]
steps:
  - name: limits
    template: {src: limits.conf, dest: /etc/security/limits.d/50-ours.conf}
";

/// The spec in a folder that is not the one the program runs in.
fn validated(ntp: Option<&str>, limits: Option<&str>) -> Ran {
    let home = Home::new();
    home.file("site/spec.yaml", &spec(HOOKS_AND_HOSTS));
    if let Some(ntp) = ntp {
        home.file("site/ntp.yaml", ntp);
    }
    home.file("site/hooks/limits.yaml", LIMITS);
    if let Some(limits) = limits {
        home.file("site/hooks/limits.conf", limits);
    }
    home.run(&["validate", "-f", "site/spec.yaml"])
}

#[test]
fn the_playbooks_lie_beside_the_spec() {
    let ran = validated(Some(NTP), Some("* hard nofile 65536\n"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn those_that_cannot_be_used_are_mistakes_of_the_spec() {
    let ran = validated(Some(&NTP.replace("package:", "pakage:")), None);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    insta::assert_snapshot!(ran.stderr);
    let ran = validated(None, Some("{{#if host.first}}"));
    insta::assert_snapshot!(ran.stderr);
    let ran = validated(Some(&NTP.replace("name: ntp", "name: containerd")), Some(""));
    insta::assert_snapshot!(ran.stderr);
}
