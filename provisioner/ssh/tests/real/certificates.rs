//! Certificates: of hosts, and of users.

use std::process::Command;

use camino::Utf8Path;
use provisioner_ssh::{Connector, HostKeyPolicy, Options, SshError};

use crate::sshd::{Sshd, make_key};

/// Has the authority sign a public key.
fn sign(authority: &Utf8Path, key: &Utf8Path, arguments: &[&str]) {
    let signed = Command::new("ssh-keygen")
        .args(["-q", "-s", authority.as_str(), "-I", "test"])
        .args(arguments)
        .arg(format!("{key}.pub"))
        .status()
        .unwrap();
    assert!(signed.success());
}

/// Connects with these lines in `known_hosts` and nothing accepted beyond them. The server reads
/// its certificate when a connection begins.
async fn connect(sshd: &Sshd, known_hosts: &str) -> Result<(), SshError> {
    std::fs::write(sshd.path("known_hosts"), known_hosts).unwrap();
    let options = Options { host_keys: HostKeyPolicy::Refuse, ..sshd.options() };
    Connector::new(options).connect(&sshd.endpoint()).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn real_host_certificate_of_a_trusted_authority() {
    for (arguments, trusted) in [
        (&["-h", "-n", "127.0.0.1"][..], true),
        (&["-h", "-n", "other,127.0.0.*"], true),
        (&["-h", "-n", "other"], false),
        (&["-h"], false),
        (&["-n", "127.0.0.1"], false),
        (&["-h", "-n", "127.0.0.1", "-V", "20200101:20200102"], false),
    ] {
        let sshd = Sshd::prepared("HostCertificate DIRECTORY/host_ed25519-cert.pub", |path| {
            make_key(&path.join("authority"), "ed25519", "");
            sign(&path.join("authority"), &path.join("host_ed25519"), arguments);
        });
        let authority = std::fs::read_to_string(sshd.path("authority.pub")).unwrap();
        let connected = connect(&sshd, &format!("@cert-authority * {authority}")).await;
        assert_eq!(connected.is_ok(), trusted, "{arguments:?}: {connected:?}");
        // The authority of somewhere else, or one that is no longer trusted, certifies nothing.
        for lines in [
            format!("@cert-authority *.example.com {authority}"),
            format!("@cert-authority * {authority}@revoked * {authority}"),
        ] {
            let error = connect(&sshd, &lines).await.unwrap_err();
            assert!(matches!(error, SshError::HostKeyUnknown(_)), "{error:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_user_certificate_beside_the_key() {
    let sshd = Sshd::prepared("TrustedUserCAKeys DIRECTORY/authority.pub", |path| {
        make_key(&path.join("authority"), "ed25519", "");
    });
    let key = sshd.path("certified");
    make_key(&key, "ed25519", "");
    let mut endpoint = sshd.endpoint();
    endpoint.identity_files = vec![key.clone()];
    assert!(sshd.connector().connect(&endpoint).await.is_err());
    sign(&sshd.path("authority"), &key, &["-n", "root"]);
    sshd.connector().connect(&endpoint).await.unwrap();
}
