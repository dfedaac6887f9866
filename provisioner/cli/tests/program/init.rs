use crate::support::Home;

#[test]
fn what_init_prints_is_valid() {
    let home = Home::new();
    let spec = home.run(&["init", "--hosts"]);
    assert_eq!((spec.code, spec.stderr.as_str()), (0, ""));
    let ran = home.run_with_input(&["validate", "-f", "-"], &spec.stdout);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("<stdin> is valid: cluster "), "{}", ran.stderr);
}

#[test]
fn this_version_knows_no_eks() {
    let ran = Home::new().run(&["init", "--eks"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: failed to start a spec for EKS: this version creates clusters on hosts only
    hint: `provisioner init --hosts` prints a spec for hosts
    ");
}

#[test]
fn hosts_or_eks_has_to_be_said_and_not_both() {
    assert_eq!(Home::new().run(&["init"]).code, 2);
    assert_eq!(Home::new().run(&["init", "--hosts", "--eks"]).code, 2);
}
