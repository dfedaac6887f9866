//! Ways through other hosts.

use camino::Utf8Path;
use futures::future::join_all;
use provisioner_ssh::ssh_config::{self, Surroundings};
use provisioner_ssh::{Endpoint, SshError};

use crate::sshd::Sshd;

fn through(mut endpoint: Endpoint, name: &str, bastion: Endpoint) -> Endpoint {
    endpoint.name = name.into();
    endpoint.via = Some(Box::new(bastion));
    endpoint
}

#[tokio::test(flavor = "multi_thread")]
async fn real_chain_of_two_bastions() {
    let (outer, inner, host) = (Sshd::start(), Sshd::start(), Sshd::start());
    let bastion = through(inner.endpoint(), "inner", outer.endpoint());
    let endpoint = through(host.endpoint(), "m1", bastion);
    let connection = host.connector().connect(&endpoint).await.unwrap();
    let said = connection.run("echo $SSH_CONNECTION", b"", 1024).await.unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.trim().ends_with(&format!(" 127.0.0.1 {}", host.port)), "{said}");
    assert_eq!((outer.logins(), inner.logins(), host.logins()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_hosts_behind_a_bastion_share_one_login_there() {
    let (bastion, host) = (Sshd::with_settings("MaxStartups 2:100:2"), Sshd::start());
    let connector = host.connector();
    let endpoints: Vec<Endpoint> = (0..20)
        .map(|number| through(host.endpoint(), &format!("m{number}"), bastion.endpoint()))
        .collect();
    let connections = join_all(endpoints.iter().map(|endpoint| connector.connect(endpoint))).await;
    let connections: Vec<_> = connections.into_iter().map(Result::unwrap).collect();
    assert_eq!((bastion.logins(), host.logins()), (1, 20));

    // The bastion's connection breaks: those through it are lost, a new one gets through.
    bastion.signal_sessions("-KILL");
    let error = connections[0].closed().await;
    assert!(matches!(error, SshError::ConnectionLost { .. }), "{error:?}");
    let connection = connector.connect(&endpoints[0]).await.unwrap();
    assert!(connection.run("true", b"", 0).await.unwrap().exit.is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn real_failing_bastion_is_named() {
    let (outer, inner, host) = (Sshd::start(), Sshd::start(), Sshd::start());
    let mut bastion = through(inner.endpoint(), "inner", outer.endpoint());
    bastion.identity_files.clear();
    let endpoint = through(host.endpoint(), "m1", bastion);
    let error = host.connector().connect(&endpoint).await.unwrap_err();
    let SshError::Bastion { bastion, source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*bastion, format!("inner (127.0.0.1:{})", inner.port));
    assert!(matches!(**source, SshError::AuthFailed { .. }), "{source:?}");
    assert!(!error.is_transient());
}

#[tokio::test(flavor = "multi_thread")]
async fn real_bastion_that_forwards_nothing_or_reaches_nobody() {
    let (closed, open, host) =
        (Sshd::with_settings("AllowTcpForwarding no"), Sshd::start(), Sshd::start());
    let endpoint = through(host.endpoint(), "m1", closed.endpoint());
    let error = host.connector().connect(&endpoint).await.unwrap_err();
    let SshError::Bastion { source, .. } = &error else { panic!("{error:?}") };
    assert!(source.to_string().contains("does not allow it"), "{source}");

    let mut endpoint = through(host.endpoint(), "m1", open.endpoint());
    endpoint.port = 1;
    let error = host.connector().connect(&endpoint).await.unwrap_err();
    assert!(error.to_string().contains("nobody answers there"), "{error}");
    assert!(error.is_transient(), "the host may be booting");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_command_in_place_of_a_bastion() {
    let host = Sshd::start();
    let config = host.path("sshd_config");
    let leading = |command: &str| {
        let home = Utf8Path::new("/nonexistent");
        let surroundings = Surroundings { home, user: "root" };
        let written = format!("ProxyCommand {command}\nUserKnownHostsFile {}", host.path("own"));
        let mut endpoint = ssh_config::endpoint(&written, "127.0.0.1", surroundings);
        endpoint.port = 1;
        endpoint.identity_files = vec![host.path("user_key")];
        endpoint
    };
    let endpoint = leading(&format!("/usr/sbin/sshd -i -f {config} -p %p 2>/dev/null"));
    let connection = host.connector().connect(&endpoint).await.unwrap();
    let said = connection.run("echo here", b"", 1024).await.unwrap();
    assert_eq!(said.stdout, b"here\n");
    let known = std::fs::read_to_string(host.path("own")).unwrap();
    assert!(known.starts_with("[127.0.0.1]:1 ssh-ed25519 "), "{known}");
    assert!(!host.path("known_hosts").exists(), "the host has a file of its own");

    // It hangs up first and says why a moment later.
    let complaining = leading("sh -c 'exec >&-; sleep 0.1; echo no way to %h >&2'");
    let error = host.connector().connect(&complaining).await.unwrap_err();
    assert!(error.to_string().contains("no way to 127.0.0.1"), "{error}");
}
