//! Logging in.

use crate::sshd::Sshd;

#[tokio::test(flavor = "multi_thread")]
async fn real_key_without_passphrase() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let said = connection.run("cat; echo error >&2; exit 3", b"hello", 1024).await.unwrap();
    assert_eq!(said.stdout, b"hello");
    assert_eq!(said.stderr, b"error\n");
    assert_eq!(said.exit, provisioner_ssh::Exit::Status(3));
}
