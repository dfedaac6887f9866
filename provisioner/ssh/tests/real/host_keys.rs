//! Which hosts are believed to be what they say.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt as _;
use futures::future::join_all;
use provisioner_ssh::{Connector, HostKeyPolicy, Options, SshError};

use crate::sshd::{Sshd, make_key};

/// Options under which only known hosts are connected to.
fn strict(sshd: &Sshd) -> Options {
    Options { host_keys: HostKeyPolicy::Refuse, ..sshd.options() }
}

async fn connect(sshd: &Sshd, options: Options) -> Result<(), SshError> {
    Connector::new(options).connect(&sshd.endpoint()).await.map(drop)
}

/// A `known_hosts` line that gives the server the key in a file.
fn line(sshd: &Sshd, key: &str) -> String {
    let key = std::fs::read_to_string(sshd.path(&format!("{key}.pub"))).unwrap();
    format!("[127.0.0.1]:{} {key}", sshd.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn real_unknown_host_is_refused_then_accepted_then_known() {
    let sshd = Sshd::start();
    let error = connect(&sshd, strict(&sshd)).await.unwrap_err();
    let SshError::HostKeyUnknown(key) = &error else { panic!("{error:?}") };
    assert_eq!((key.algorithm.as_str(), key.port), ("ssh-ed25519", sshd.port));
    let listed = Command::new("ssh-keygen").arg("-lf").arg(sshd.path("host_ed25519")).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    assert!(listed.contains(&key.fingerprint), "{listed} against {key:?}");
    assert!(!sshd.path("known_hosts").exists());

    let known_hosts = sshd.path("new/directory/known_hosts");
    let options = Options { known_hosts: vec![known_hosts.clone()], ..sshd.options() };
    connect(&sshd, options.clone()).await.unwrap();
    connect(&sshd, options.clone()).await.unwrap();
    assert_eq!(std::fs::read_to_string(&known_hosts).unwrap().lines().count(), 1);
    assert_eq!(std::fs::metadata(&known_hosts).unwrap().permissions().mode() & 0o777, 0o600);
    let strict = Options { host_keys: HostKeyPolicy::Refuse, ..options };
    connect(&sshd, strict).await.unwrap();
    // OpenSSH understands the file.
    let found = Command::new("ssh-keygen")
        .args(["-F", &format!("[127.0.0.1]:{}", sshd.port), "-f", known_hosts.as_str()])
        .output()
        .unwrap();
    assert!(found.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn real_changed_key_is_refused_with_file_and_line() {
    let sshd = Sshd::start();
    make_key(&sshd.path("other"), "ed25519", "");
    let text = format!("# mine\nsomewhere.else ssh-ed25519 AAAA\n{}", line(&sshd, "other"));
    std::fs::write(sshd.path("known_hosts"), text).unwrap();
    for options in [strict(&sshd), sshd.options()] {
        let error = connect(&sshd, options).await.unwrap_err();
        let SshError::HostKeyChanged { file, line, known, offered, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!((file, *line), (&sshd.path("known_hosts"), 3));
        assert!(known != offered);
        assert!(error.hint().unwrap().contains("remove line 3 of"), "{:?}", error.hint());
        assert!(!error.is_transient());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_host_known_by_another_kind_of_key_only_counts_as_changed() {
    let sshd = Sshd::start();
    make_key(&sshd.path("other"), "ecdsa", "");
    std::fs::write(sshd.path("known_hosts"), line(&sshd, "other")).unwrap();
    let error = connect(&sshd, sshd.options()).await.unwrap_err();
    assert!(matches!(error, SshError::HostKeyChanged { line: 1, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_host_known_by_its_second_key_shows_that_one() {
    let sshd = Sshd::with_settings("HostKey DIRECTORY/host_rsa");
    std::fs::write(sshd.path("known_hosts"), line(&sshd, "host_rsa")).unwrap();
    connect(&sshd, strict(&sshd)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn real_revoked_key_is_refused() {
    let sshd = Sshd::start();
    let key = std::fs::read_to_string(sshd.path("host_ed25519.pub")).unwrap();
    let text = format!("{}@revoked * {key}", line(&sshd, "host_ed25519"));
    std::fs::write(sshd.path("known_hosts"), text).unwrap();
    let error = connect(&sshd, sshd.options()).await.unwrap_err();
    assert!(matches!(error, SshError::HostKeyRevoked { line: 2, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_hashed_names_and_further_files() {
    let sshd = Sshd::start();
    std::fs::write(sshd.path("hashed"), line(&sshd, "host_ed25519")).unwrap();
    let hashing =
        Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(sshd.path("hashed")).output();
    assert!(hashing.unwrap().status.success());
    assert!(std::fs::read_to_string(sshd.path("hashed")).unwrap().starts_with("|1|"));
    let mut options = strict(&sshd);
    options.known_hosts.push(sshd.path("hashed"));
    connect(&sshd, options).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn real_question_is_put_once_for_connections_at_once() {
    let sshd = Sshd::start();
    let asked = Arc::new(AtomicUsize::new(0));
    for (answer, times, connected) in [(false, 3, 0), (true, 1, 3)] {
        asked.store(0, Ordering::SeqCst);
        let count = Arc::clone(&asked);
        let question = Arc::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            async move { answer }.boxed()
        });
        let options = Options { host_keys: HostKeyPolicy::Ask(question), ..sshd.options() };
        let connector = Connector::new(options);
        let endpoint = sshd.endpoint();
        let results = join_all((0..3).map(|_| connector.connect(&endpoint))).await;
        assert_eq!(asked.load(Ordering::SeqCst), times);
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), connected);
        assert!(
            results
                .iter()
                .filter_map(|result| result.as_ref().err())
                .all(|error| { matches!(error, SshError::HostKeyUnknown(_)) })
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_hosts_accepted_at_once_get_a_line_each() {
    let servers: Vec<Sshd> = (0..5).map(|_| Sshd::start()).collect();
    let connector = servers[0].connector();
    let connect = servers.iter().map(|sshd| {
        let endpoint = sshd.endpoint();
        let connector = &connector;
        async move { connector.connect(&endpoint).await.map(drop) }
    });
    for result in join_all(connect).await {
        result.unwrap();
    }
    let text = std::fs::read_to_string(servers[0].path("known_hosts")).unwrap();
    let mut lines: Vec<String> =
        text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    lines.sort();
    let mut expected: Vec<String> =
        servers.iter().map(|sshd| format!("[127.0.0.1]:{}", sshd.port)).collect();
    expected.sort();
    assert_eq!(lines, expected);
}
