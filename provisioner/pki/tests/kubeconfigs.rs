//! Kubeconfigs: made, read, merged.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use proptest::prelude::*;
use provisioner_pki::{
    ClientCertificate, CurrentContext, Error, Kubeconfig, admin_kubeconfig, admin_organization,
    merge,
};
use secrecy::ExposeSecret;

const EXISTING: &str = r"
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- name: other
  cluster: {server: https://other.example, certificate-authority: /etc/other.crt}
- name: prod
  cluster:
    server: https://old.example:6443
    insecure-skip-tls-verify: true
    proxy-url: socks5://proxy.example
    extensions: [{name: notes, extension: {owner: me}}]
users:
- name: prod-admin
  user: {token: old, as: auditor}
- name: other-user
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: login}}
contexts:
- name: prod
  context: {cluster: prod, user: somebody, namespace: shop}
- name: other
  context: {cluster: other, user: other-user}
current-context: other
extensions: [{name: kept, extension: 1}]
";

#[test]
fn an_administrators_kubeconfig() {
    insta::assert_snapshot!(yaml(&ours()), @r"
    apiVersion: v1
    kind: Config
    clusters:
    - name: prod
      cluster:
        certificate-authority-data: Y2E=
        server: https://192.168.10.100:8443
    users:
    - name: prod-admin
      user:
        client-certificate-data: Y2VydA==
        client-key-data: a2V5
    contexts:
    - name: prod
      context:
        cluster: prod
        user: prod-admin
    current-context: prod
    ");
}

#[test]
fn merging_keeps_what_is_there() {
    let existing = Kubeconfig::parse(EXISTING).unwrap();
    let merged = merge(&existing, &ours(), CurrentContext::Keep).unwrap();
    insta::assert_snapshot!(yaml(&merged), @r"
    apiVersion: v1
    kind: Config
    preferences:
      colors: true
    clusters:
    - name: other
      cluster:
        server: https://other.example
        certificate-authority: /etc/other.crt
    - name: prod
      cluster:
        server: https://192.168.10.100:8443
        proxy-url: socks5://proxy.example
        extensions:
        - name: notes
          extension:
            owner: me
        certificate-authority-data: Y2E=
    users:
    - name: prod-admin
      user:
        as: auditor
        client-certificate-data: Y2VydA==
        client-key-data: a2V5
    - name: other-user
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: login
    contexts:
    - name: prod
      context:
        cluster: prod
        user: prod-admin
        namespace: shop
    - name: other
      context:
        cluster: other
        user: other-user
    current-context: other
    extensions:
    - name: kept
      extension: 1
    ");
}

#[test]
fn merging_twice_changes_nothing_more() {
    let existing = Kubeconfig::parse(EXISTING).unwrap();
    let once = merge(&existing, &ours(), CurrentContext::Keep).unwrap();
    let twice = merge(&once, &ours(), CurrentContext::Keep).unwrap();
    assert_eq!(yaml(&twice), yaml(&once));
}

#[test]
fn the_current_context_changes_only_when_asked_or_absent() {
    let merged = |text: &str, current| {
        let existing = Kubeconfig::parse(text).unwrap();
        let merged = merge(&existing, &ours(), current).unwrap();
        merged.current_context().map(str::to_owned)
    };
    let other = Some("other".to_owned());
    let prod = Some("prod".to_owned());
    assert_eq!(merged("current-context: other", CurrentContext::Keep), other);
    assert_eq!(merged("current-context: other", CurrentContext::Switch), prod);
    assert_eq!(merged("current-context: ''", CurrentContext::Keep), prod);
    assert_eq!(merged("", CurrentContext::Keep), prod);
}

#[test]
fn empty_kubeconfigs_are_what_kubectl_makes_of_them() {
    // The second is what kubectl writes when the last entry is deleted.
    for empty in ["", "---\n", "apiVersion: v1\nclusters: null\nusers: null\ncontexts: []\n"] {
        let existing = Kubeconfig::parse(empty).unwrap();
        let merged = merge(&existing, &ours(), CurrentContext::Keep).unwrap();
        for list in ["clusters", "users", "contexts"] {
            assert_eq!(merged.names(list).unwrap().len(), 1);
        }
    }
}

#[test]
fn what_is_no_kubeconfig_is_refused_and_not_quoted() {
    let refused = [
        "- a list",
        "clusters: {prod: {}}",
        "users: [{user: {token: hunter2}}]",
        "contexts: [prod]",
        "a: [",
        "users: []\nusers: [{name: a, user: {token: hunter2}}]",
    ];
    let errors: Vec<String> =
        refused.map(|text| Kubeconfig::parse(text).unwrap_err().to_string()).into();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    read the kubeconfig: the document is not a mapping
    read the kubeconfig: clusters is not a list
    read the kubeconfig: users[0] is not a named entry
    read the kubeconfig: contexts[0] is not a named entry
    read the kubeconfig: did not find expected node content at line 2 column 1, while parsing a flow node
    read the kubeconfig: duplicate entry with key "users"
    "#);
}

#[test]
fn kubectl_reads_a_merged_kubeconfig() {
    if Command::new("kubectl").arg("version").arg("--client").output().is_err() {
        return;
    }
    let existing = Kubeconfig::parse(EXISTING).unwrap();
    let merged = merge(&existing, &ours(), CurrentContext::Switch).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config");
    std::fs::write(&path, yaml(&merged)).unwrap();
    let output = Command::new("kubectl")
        .arg("--kubeconfig")
        .arg(&path)
        .args(["config", "get-contexts", "--output", "name"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "other\nprod\n");
}

#[test]
fn no_secret_is_in_the_debug_output() {
    let debug = format!("{:?}", Kubeconfig::parse(EXISTING).unwrap());
    insta::assert_snapshot!(debug, @r#"Kubeconfig { clusters: ["other", "prod"], users: ["prod-admin", "other-user"], contexts: ["prod", "other"], .. }"#);
}

#[test]
fn administrators_have_a_group_of_their_own_since_1_29() {
    let organization = |version: &str| admin_organization(&version.parse().unwrap());
    assert_eq!(organization("1.28.15"), "system:masters");
    assert_eq!(organization("1.29.0"), "kubeadm:cluster-admins");
    assert_eq!(organization("2.0.0"), "kubeadm:cluster-admins");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_never_loses_an_entry(existing in kubeconfig_text(), switch: bool) {
        let existing = Kubeconfig::parse(&existing).map_err(error)?;
        let current = if switch { CurrentContext::Switch } else { CurrentContext::Keep };
        let merged = merge(&existing, &ours(), current).map_err(error)?;
        for list in ["clusters", "users", "contexts"] {
            let merged = merged.names(list).map_err(error)?;
            for name in existing.names(list).map_err(error)? {
                prop_assert!(merged.contains(&name));
            }
        }
        let yaml = yaml(&merged);
        prop_assert_eq!(Kubeconfig::parse(&yaml).map_err(error)?, merged);
        prop_assert_eq!(yaml.matches("unknown-field").count(), 1);
    }
}

/// Kubeconfigs with some of the names that are merged in, and hostile ones.
fn kubeconfig_text() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("prod".to_owned()), Just("prod-admin".to_owned()), r"\PC{0,8}"];
    let names = prop::collection::btree_set(name, 0..4);
    (names.clone(), names.clone(), names).prop_map(|(clusters, users, contexts)| {
        let entries = |names: std::collections::BTreeSet<String>, key: &str| {
            let entry = |name| serde_json::json!({"name": name, key: {"extra": name}});
            names.into_iter().map(entry).collect::<Vec<_>>()
        };
        serde_json::json!({
            "clusters": entries(clusters, "cluster"),
            "users": entries(users, "user"),
            "contexts": entries(contexts, "context"),
            "unknown-field": true,
        })
        .to_string()
    })
}

fn ours() -> Kubeconfig {
    let client = ClientCertificate { cert_pem: "cert".to_owned(), key_pem: "key".into() };
    admin_kubeconfig("prod", "https://192.168.10.100:8443", "ca", &client)
}

fn yaml(kubeconfig: &Kubeconfig) -> String {
    kubeconfig.to_yaml().unwrap().expose_secret().to_owned()
}

#[allow(clippy::needless_pass_by_value)]
fn error(error: Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}
