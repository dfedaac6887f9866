//! Big files.

use camino::Utf8PathBuf;
use provisioner_playbook::Blob;
use provisioner_playbook::shell::STATE_DIR;

use super::sshd::{NONCE, Sshd};
use crate::privilege::Privilege;
use crate::transfer::Courier;

/// As `sha256sum(1)` and the file system tell it.
fn blob(path: &Utf8PathBuf) -> Blob {
    let summed = std::process::Command::new("sha256sum").arg(path).output().unwrap();
    let sha256 = String::from_utf8(summed.stdout).unwrap()[..64].to_owned();
    Blob { sha256, size: fs_err::metadata(path).unwrap().len() }
}

async fn courier(sshd: &Sshd) -> Courier {
    Courier {
        connection: sshd.connect("root").await,
        privilege: Privilege::Root,
        nonce: NONCE.to_owned(),
    }
}

fn file(sshd: &Sshd) -> Utf8PathBuf {
    let path = sshd.path("big");
    fs_err::write(&path, "big file\n".repeat(100_000)).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_file_with_the_right_digest_appears_under_it() {
    let sshd = Sshd::start();
    let path = file(&sshd);
    let blob = blob(&path);
    courier(&sshd).await.deliver(&path, &blob).await.unwrap();
    let there =
        sshd.run(&format!("cd {STATE_DIR}/incoming && ls && sha256sum <{}", blob.sha256)).await;
    assert_eq!(there, format!("{0}\n{0}  -\n", blob.sha256), "and nothing beside it");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_file_that_cannot_come_is_refused_with_the_reason() {
    let sshd = Sshd::start();
    let path = file(&sshd);
    let right = blob(&path);
    let courier = courier(&sshd).await;
    let reason = async |path: &Utf8PathBuf, blob: &Blob| {
        courier.deliver(path, blob).await.unwrap();
        let there =
            sshd.run(&format!("cd {STATE_DIR}/incoming && ls && cat *.failed && rm *")).await;
        let (listed, said) = there.split_once('\n').unwrap();
        assert_eq!(listed, format!("{}.failed", blob.sha256), "and nothing beside it");
        said.to_owned()
    };
    let wrong = Blob { sha256: "0".repeat(64), size: right.size };
    let said = reason(&path, &wrong).await;
    assert!(said.contains(&format!("{path}: its digest is not 0000")), "{said}");

    let longer = Blob { size: right.size + 1, ..right.clone() };
    let said = reason(&path, &longer).await;
    assert!(said.contains("it has 900000 bytes, in the bundle's list 900001"), "{said}");

    let said = reason(&sshd.path("gone"), &right).await;
    assert!(said.contains("gone: No such file"), "{said}");
}
