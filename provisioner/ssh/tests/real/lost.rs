//! Hosts that are not there, and connections that break.

use std::time::{Duration, Instant};

use provisioner_ssh::{Connector, Endpoint, Options, SshError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::sshd::{Sshd, signal_process};

const SOON: Duration = Duration::from_secs(5);

/// Options under which silence is noticed after about a second.
fn impatient(sshd: &Sshd) -> Options {
    Options { keepalive: Duration::from_millis(300), keepalive_misses: 2, ..sshd.options() }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_killed_session_is_noticed_at_once() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let mut process = connection.open("echo started; cat").await.unwrap();
    let mut said = [0; 8];
    process.stdout.read_exact(&mut said).await.unwrap();
    sshd.signal_sessions("-KILL");
    let read = timeout(SOON, process.stdout.read(&mut said)).await.unwrap();
    assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::ConnectionAborted);
    let error = timeout(SOON, process.wait()).await.unwrap().unwrap_err();
    assert!(matches!(error, SshError::ConnectionLost { .. }), "{error:?}");
    assert!(error.is_transient());
    assert!(timeout(SOON, process.stdin.write_all(&vec![0; 1 << 20])).await.unwrap().is_err());
    assert!(matches!(
        timeout(SOON, connection.closed()).await.unwrap(),
        SshError::ConnectionLost { .. }
    ));
    assert!(connection.is_closed());
    let error = connection.open("true").await.unwrap_err();
    assert!(matches!(error, SshError::ConnectionLost { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_silent_host_is_noticed_by_keepalive() {
    let sshd = Sshd::start();
    let connection = Connector::new(impatient(&sshd)).connect(&sshd.endpoint()).await.unwrap();
    let mut process = connection.open("cat").await.unwrap();
    // Quiet, but alive: that is no reason.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!connection.is_closed());
    sshd.signal_sessions("-STOP");
    let error = timeout(SOON, process.wait()).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("stopped answering"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_silent_host_is_noticed_in_the_middle_of_a_transfer() {
    let sshd = Sshd::start();
    let connection = Connector::new(impatient(&sshd)).connect(&sshd.endpoint()).await.unwrap();
    let mut process = connection.open("cat > /dev/null").await.unwrap();
    let block = vec![0; 1 << 20];
    process.stdin.write_all(&block).await.unwrap();
    for session in sshd.sessions() {
        signal_process(session, "-STOP");
    }
    let endless = async {
        loop {
            if let Err(error) = process.stdin.write_all(&block).await {
                return error;
            }
        }
    };
    let error = timeout(SOON, endless).await.unwrap();
    assert!(error.to_string().contains("stopped answering"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_goodbye_ends_everything() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let mut process = connection.open("cat").await.unwrap();
    connection.disconnect().await;
    assert!(connection.is_closed());
    let error = timeout(SOON, process.wait()).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("closed from this side"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_connection_ends_with_its_last_user() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let mut process = connection.open("cat").await.unwrap();
    drop(connection);
    process.stdin.write_all(b"still here").await.unwrap();
    let mut said = [0; 10];
    timeout(SOON, process.stdout.read_exact(&mut said)).await.unwrap().unwrap();
    assert_eq!(&said, b"still here");
    drop(process);
    timeout(SOON, async {
        while !sshd.sessions().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn real_ways_not_to_be_there() {
    let sshd = Sshd::start();
    let options = Options { connect_timeout: Duration::from_millis(500), ..sshd.options() };
    let connector = Connector::new(options);
    let error = connector.connect(&Endpoint::new("no-such-host.invalid", "root")).await;
    assert!(matches!(error, Err(SshError::Unresolved { .. } | SshError::TimedOut { .. })));

    let mut refused = sshd.endpoint();
    refused.port = 1;
    let error = connector.connect(&refused).await.unwrap_err();
    insta::assert_snapshot!(error, @"connect to m1 (127.0.0.1:1): connection refused");

    // It accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut endpoint = sshd.endpoint();
    endpoint.port = silent.local_addr().unwrap().port();
    let error = connector.connect(&endpoint).await.unwrap_err();
    assert!(matches!(error, SshError::TimedOut { .. }), "{error:?}");

    // It hangs up, as a server does that has too many connections.
    tokio::spawn(async move {
        while let Ok((stream, _)) = silent.accept().await {
            drop(stream);
        }
    });
    let error = connector.connect(&endpoint).await.unwrap_err();
    assert!(matches!(error, SshError::Handshake { transient: true, .. }), "{error:?}");

    // It speaks something else.
    let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
    endpoint.port = web.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = web.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let error = connector.connect(&endpoint).await.unwrap_err();
    assert!(matches!(error, SshError::Handshake { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_backoff_waits_for_a_host_that_comes_up() {
    let sshd = Sshd::start();
    let connector = sshd.connector();
    // A host whose port is closed for the first second.
    let reserved = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let behind = sshd.port;
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut server = tokio::net::TcpStream::connect(("127.0.0.1", behind)).await.unwrap();
        tokio::io::copy_bidirectional(&mut stream, &mut server).await.ok();
    });
    let mut endpoint = sshd.endpoint();
    endpoint.port = address.port();
    let deadline = Instant::now() + Duration::from_secs(15);
    let connection = connector.connect_with_backoff(&endpoint, deadline).await.unwrap();
    assert!(connection.run("true", b"", 0).await.unwrap().exit.is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn real_backoff_ends_at_its_deadline_and_not_without_need() {
    let sshd = Sshd::start();
    let connector = sshd.connector();
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files.clear();
    let started = Instant::now();
    let error = connector.connect_with_backoff(&endpoint, started + SOON).await.unwrap_err();
    assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");
    assert!(started.elapsed() < SOON / 2);

    endpoint.port = 1;
    let started = Instant::now();
    let deadline = started + Duration::from_millis(700);
    let error = connector.connect_with_backoff(&endpoint, deadline).await.unwrap_err();
    assert!(matches!(error, SshError::Refused { .. }), "{error:?}");
    assert!((700..1500).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}
