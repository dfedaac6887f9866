use crate::support::Home;

#[test]
fn a_bundle_that_is_not_there() {
    let ran = Home::new().run(&["bundle", "verify", "nowhere"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: failed to open a bundle in nowhere: there is no bundle.yaml
    hint: `provisioner bundle create` makes one
    ");
}

#[test]
fn a_bundle_that_lacks_a_file() {
    let home = Home::new();
    let manifest = "\
apiVersion: provisioner.dev/v1alpha1
kind: Bundle
kubernetesVersion: 1.36.2
architecture: amd64
files:
- path: bin/kubeadm
  sha256: 0000000000000000000000000000000000000000000000000000000000000000
  size: 3
  executable: true
images: []
";
    home.file("bundle/bundle.yaml", manifest);
    home.file("bundle/extra", "");
    let ran = home.run(&["bundle", "verify", "bundle"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: 2 problems in bundle:
      bin/kubeadm: missing
      extra: not named in bundle.yaml
    ");
    let json = home.run(&["bundle", "verify", "bundle", "--output", "json"]);
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["problems"][0], "bin/kubeadm: missing");
}

#[test]
fn a_bundle_of_folders_that_are_not_there() {
    let ran = Home::new().run(&[
        "bundle",
        "create",
        "--kubernetes-version",
        "v1.36.2",
        "--bin",
        "no",
        "--images",
        "no",
        "-o",
        "out",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    let wrong = ["bundle", "create", "--kubernetes-version", "latest"];
    assert_eq!(Home::new().run(&wrong).code, 2);
}
