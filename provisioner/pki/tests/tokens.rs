//! Join tokens.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use provisioner_pki::{BootstrapToken, bootstrap_token};
use secrecy::ExposeSecret;

#[test]
fn tokens_have_the_form_that_kubernetes_demands() {
    for _ in 0..200 {
        let token = bootstrap_token().unwrap().token();
        let (id, secret) = token.expose_secret().split_once('.').unwrap();
        assert_eq!((id.len(), secret.len()), (6, 16));
        let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        assert!(id.chars().all(allowed) && secret.chars().all(allowed));
    }
}

/// All 36 letters appear about equally often: 16 000 draws leave none out, and none comes twice as
/// often as it should (the chance of either is far below one in a billion).
#[test]
fn tokens_are_random() {
    let tokens: Vec<BootstrapToken> = (0..1000).map(|_| bootstrap_token().unwrap()).collect();
    let letters: String = tokens.iter().map(|token| token.secret.expose_secret()).collect();
    for letter in ('a'..='z').chain('0'..='9') {
        let count = letters.matches(letter).count();
        assert!((222..888).contains(&count), "{letter}: {count} of {}", letters.len());
    }
    let secrets: BTreeSet<&str> = tokens.iter().map(|token| token.secret.expose_secret()).collect();
    assert_eq!(secrets.len(), 1000);
}

#[test]
fn the_secret_of_a_token() {
    let token = BootstrapToken { id: "abcdef".to_owned(), secret: "0123456789abcdef".into() };
    let expiration = "2026-01-02T03:04:05.678Z".parse().unwrap();
    let manifest: serde_json::Value =
        serde_json::from_str(token.manifest(expiration).expose_secret()).unwrap();
    insta::assert_yaml_snapshot!(manifest, @r#"
    apiVersion: v1
    kind: Secret
    metadata:
      name: bootstrap-token-abcdef
      namespace: kube-system
    type: bootstrap.kubernetes.io/token
    stringData:
      description: Nodes join with it during a run of provisioner.
      token-id: abcdef
      token-secret: 0123456789abcdef
      expiration: "2026-01-02T03:04:05Z"
      usage-bootstrap-authentication: "true"
      usage-bootstrap-signing: "true"
      auth-extra-groups: "system:bootstrappers:kubeadm:default-node-token"
    "#);
}

#[test]
fn no_secret_is_in_the_debug_output() {
    let token = BootstrapToken { id: "abcdef".to_owned(), secret: "0123456789abcdef".into() };
    assert!(!format!("{token:?}").contains("0123456789abcdef"));
}
