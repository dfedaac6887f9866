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
fn what_init_prints_for_eks_is_valid() {
    let home = Home::new();
    let spec = home.run(&["init", "--eks"]);
    assert_eq!((spec.code, spec.stderr.as_str()), (0, ""));
    let ran = home.run_with_input(&["validate", "-f", "-"], &spec.stdout);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stderr, @"<stdin> is valid: cluster prod on EKS in us-west-2, Kubernetes 1.36, 2 node groups");
}

#[test]
fn a_command_for_hosts_refuses_a_cluster_on_eks() {
    let home = Home::new();
    let spec = home.run(&["init", "--eks"]).stdout;
    let ran = home.run_with_input(&["preflight", "-f", "-"], &spec);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"error: failed to use preflight: it is for clusters on hosts, and this one is on EKS");
}

#[test]
fn hosts_or_eks_has_to_be_said_and_not_both() {
    assert_eq!(Home::new().run(&["init"]).code, 2);
    assert_eq!(Home::new().run(&["init", "--hosts", "--eks"]).code, 2);
}
