//! Logging in.

use std::process::Command;

use camino::Utf8Path;
use provisioner_ssh::{Endpoint, Exit, SshError};

use crate::agent::Agent;
use crate::sshd::{PASSWORD, Sshd, make_key, make_key_with};

/// Logs in and runs a command.
async fn assert_login(sshd: &Sshd, endpoint: &Endpoint) {
    let connection = sshd.connector().connect(endpoint).await.unwrap();
    let said = connection.run("echo $USER", b"", 1024).await.unwrap();
    assert_eq!(said.stdout, b"root\n");
}

/// The message of a login that fails, with the directory's name out of the way.
async fn refusal(sshd: &Sshd, endpoint: &Endpoint) -> String {
    let error = sshd.connector().connect(endpoint).await.unwrap_err();
    assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");
    assert!(!error.is_transient());
    let message = error.to_string().replace(sshd.path("").as_str(), "");
    message.replace(&sshd.port.to_string(), "PORT")
}

fn remove_passphrase(key: &Utf8Path, passphrase: &str) {
    let removed = Command::new("ssh-keygen")
        .args(["-q", "-p", "-N", "", "-P", passphrase, "-f"])
        .arg(key)
        .status()
        .unwrap();
    assert!(removed.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn real_key_without_passphrase() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let said = connection.run("cat; echo error >&2; exit 3", b"hello", 1024).await.unwrap();
    assert_eq!(said.stdout, b"hello");
    assert_eq!(said.stderr, b"error\n");
    assert_eq!(said.exit, Exit::Status(3));
    let said = connection.run("kill -TERM $$", b"", 1024).await.unwrap();
    assert_eq!(said.exit, Exit::Signal("TERM".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_key_with_passphrase() {
    let sshd = Sshd::start();
    let key = sshd.path("locked");
    make_key(&key, "ed25519", "open sesame");
    sshd.authorize(&key);
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files = vec![key];
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried key locked: is encrypted, and no passphrase was given");
    endpoint.passphrase = Some("wrong".into());
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried key locked: the passphrase does not open it");
    endpoint.passphrase = Some("open sesame".into());
    assert_login(&sshd, &endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_keys_of_every_kind_and_format() {
    let sshd = Sshd::start();
    for (name, arguments, passphrase) in [
        ("rsa_openssh", ["-t", "rsa", "-b", "2048", "-m", "RFC4716"], ""),
        ("rsa_pkcs1", ["-t", "rsa", "-b", "2048", "-m", "PEM"], ""),
        ("rsa_pkcs1_locked", ["-t", "rsa", "-b", "2048", "-m", "PEM"], "secret"),
        ("rsa_pkcs8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"], ""),
        ("rsa_pkcs8_locked", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"], "secret"),
        ("ecdsa_openssh", ["-t", "ecdsa", "-b", "256", "-m", "RFC4716"], "secret"),
        ("ecdsa_384_pkcs8", ["-t", "ecdsa", "-b", "384", "-m", "PKCS8"], ""),
    ] {
        let key = sshd.path(name);
        make_key_with(&key, &arguments, passphrase);
        sshd.authorize(&key);
        let mut endpoint = sshd.endpoint();
        endpoint.identity_files = vec![key];
        endpoint.passphrase = (!passphrase.is_empty()).then(|| passphrase.into());
        let connected = sshd.connector().connect(&endpoint).await;
        assert!(connected.is_ok(), "{name}: {}", connected.unwrap_err());
        if !passphrase.is_empty() {
            endpoint.passphrase = Some("wrong".into());
            let message = refusal(&sshd, &endpoint).await;
            assert!(message.contains("the passphrase does not open it"), "{message}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_everything_that_was_tried_is_told() {
    let sshd = Sshd::start();
    let (stranger, nonsense) = (sshd.path("stranger"), sshd.path("nonsense"));
    make_key(&stranger, "ed25519", "");
    std::fs::write(&nonsense, "not a key").unwrap();
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files = vec![sshd.path("missing"), nonsense, stranger];
    endpoint.agent = Some(sshd.path("no-agent"));
    endpoint.password = Some(PASSWORD.into());
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried agent no-agent: No such file or directory (os error 2); key missing: no such file; key nonsense: is no private key that is understood: Could not read key; key stranger: rejected");
    endpoint.identity_files.clear();
    (endpoint.agent, endpoint.password) = (None, None);
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: nothing to log in with was given");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_agent_offers_its_keys() {
    let (sshd, agent) = (Sshd::start(), Agent::start());
    let stranger = sshd.path("stranger");
    make_key(&stranger, "ed25519", "");
    agent.add(&stranger);
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files.clear();
    endpoint.agent = Some(agent.socket());
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried agent's key stranger: rejected");
    agent.add(&sshd.path("user_key"));
    assert_login(&sshd, &endpoint).await;
    endpoint.identities_only = true;
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: nothing to log in with was given");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_agent_spares_the_passphrase_of_a_file_and_attempts() {
    let (sshd, agent) = (Sshd::with_settings("MaxAuthTries 2"), Agent::start());
    for number in 0..4 {
        let stranger = sshd.path(&format!("stranger{number}"));
        make_key(&stranger, "ed25519", "");
        agent.add(&stranger);
    }
    let key = sshd.path("locked");
    make_key(&key, "ed25519", "secret");
    sshd.authorize(&key);
    // The agent gets it opened; the file stays locked.
    let locked = std::fs::read(&key).unwrap();
    remove_passphrase(&key, "secret");
    agent.add(&key);
    std::fs::write(&key, locked).unwrap();

    let mut endpoint = sshd.endpoint();
    endpoint.agent = Some(agent.socket());
    endpoint.identity_files = vec![key];
    assert_login(&sshd, &endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_attempts_end_when_the_host_allows_no_more() {
    let (sshd, agent) = (Sshd::with_settings("MaxAuthTries 2"), Agent::start());
    for number in 0..4 {
        let stranger = sshd.path(&format!("stranger{number}"));
        make_key(&stranger, "ed25519", "");
        agent.add(&stranger);
    }
    let mut endpoint = sshd.endpoint();
    endpoint.agent = Some(agent.socket());
    endpoint.identity_files.clear();
    let error = sshd.connector().connect(&endpoint).await.unwrap_err();
    insta::assert_snapshot!(error.hint().unwrap(), @"name the right key: it is tried before the agent's others (the host takes: publickey)");
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried agent's key stranger0: rejected; agent's key stranger1: rejected; the host allows no more attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_password() {
    let sshd = Sshd::with_password("PasswordAuthentication yes");
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files.clear();
    endpoint.password = Some(PASSWORD.into());
    assert_login(&sshd, &endpoint).await;
    endpoint.password = Some("wrong".into());
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried password: rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_keyboard_interactive() {
    let sshd = Sshd::with_password("UsePAM yes\nKbdInteractiveAuthentication yes");
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files.clear();
    endpoint.password = Some(PASSWORD.into());
    assert_login(&sshd, &endpoint).await;
    endpoint.password = Some("wrong".into());
    let message = refusal(&sshd, &endpoint).await;
    assert!(message.contains("keyboard-interactive: rejected"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_key_and_password_together() {
    let sshd =
        Sshd::with_password("PasswordAuthentication yes\nAuthenticationMethods publickey,password");
    let mut endpoint = sshd.endpoint();
    insta::assert_snapshot!(refusal(&sshd, &endpoint).await, @"log in to m1 (127.0.0.1:PORT) as root: tried key user_key: accepted, but not enough");
    endpoint.password = Some(PASSWORD.into());
    assert_login(&sshd, &endpoint).await;
}
