use crate::support::{Home, tool};

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
fn images_that_a_bundle_lacks_are_named() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("bin")).unwrap();
    for name in ["kubeadm", "kubelet", "kubectl"] {
        // Any program of this machine will do.
        std::fs::copy("/bin/true", home.path().join("bin").join(name)).unwrap();
    }
    let tags = ["kube-apiserver:v1.36.2", "kube-scheduler:v1.36.1", "pause:3.10", "etcd:3.6.6-0"];
    let tags = tags.map(|tag| format!("registry.k8s.io/{tag}"));
    let manifest = serde_json::json!([{"Config": "config.json", "RepoTags": tags, "Layers": []}]);
    home.file("image/manifest.json", &manifest.to_string());
    home.file("image/config.json", "{}");
    let archive = home.file("images/all.tar", "");
    let folder = home.path().join("image");
    let files = ["-C", folder.to_str().unwrap(), "manifest.json", "config.json"];
    tool("tar", &[&["-cf", archive.as_str()][..], &files[..]].concat(), "").unwrap();

    let create = ["bundle", "create", "--kubernetes-version", "1.36.2", "--bin", "bin"];
    let create = [&create[..], &["--images", "images", "-o", "bundle"]].concat();
    let missing = "\
warning: there is no image of kube-controller-manager:v1.36.2: a cluster needs it
warning: there is no image of kube-scheduler:v1.36.2: a cluster needs it
warning: there is no image of kube-proxy:v1.36.2: a cluster needs it
warning: there is no image of coredns: a cluster needs it, unless network.dns.enabled is false
";
    let created = home.run(&create);
    assert_eq!(created.code, 0, "{}", created.stderr);
    assert!(created.stderr.contains(missing), "{}", created.stderr);
    let verified = home.run(&["bundle", "verify", "bundle"]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    assert!(verified.stderr.starts_with(missing), "{}", verified.stderr);
    let json = home.run(&[&create[..], &["--output", "json"]].concat()).json();
    assert_eq!(json["kubernetesVersion"], "1.36.2");
    assert_eq!(json["missingImages"][3], "coredns");
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
