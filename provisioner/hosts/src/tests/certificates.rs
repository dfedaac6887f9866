//! What hosts say of their certificates.

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use provisioner_pki::certificate_info;

use crate::certificates::{SCRIPT, certificates};
use crate::{CertificateKind, CertificateState, CertificatesReport};

const CERTIFICATE: &str = include_str!("data/apiserver.crt");

fn answer() -> String {
    format!(
        "## certificate /etc/kubernetes/pki/apiserver.crt\n{CERTIFICATE}\
         ## kubeconfig /etc/kubernetes/admin.conf\n{CERTIFICATE}\
         ## certificate /etc/kubernetes/pki/both.crt\n{CERTIFICATE}{CERTIFICATE}\
         ## certificate /etc/kubernetes/pki/broken.crt\n## end\n"
    )
}

fn report_at(now: Timestamp) -> CertificatesReport {
    CertificatesReport::new("prod", certificates("m1", &answer(), now, 30), Vec::new())
}

fn end() -> Timestamp {
    certificate_info(CERTIFICATE).unwrap().not_after
}

#[test]
fn every_certificate_of_every_file_is_told() {
    let report = report_at(end() - SignedDuration::from_hours(24 * 100));
    let told = report.certificates.iter().map(|one| {
        let name = one.path.rsplit('/').next().unwrap();
        (name, one.kind, one.state, one.days_left)
    });
    let (file, valid) = (CertificateKind::Certificate, CertificateState::Valid);
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("apiserver.crt", file, valid, Some(100)),
            ("admin.conf", CertificateKind::Kubeconfig, valid, Some(100)),
            ("both.crt", file, valid, Some(100)),
            ("both.crt", file, valid, Some(100)),
            ("broken.crt", file, CertificateState::Unreadable, None),
        ]
    );
    assert_eq!(report.problems, ["m1: /etc/kubernetes/pki/broken.crt cannot be read"]);
    assert!(!report.healthy);
}

/// The state of the first, and what is said of it.
fn of_first(now: Timestamp) -> (CertificateState, bool, String) {
    let mut all = certificates("m1", &answer(), now, 30);
    all.truncate(1);
    let report = CertificatesReport::new("prod", all, Vec::new());
    (report.certificates[0].state, report.healthy, report.problems.join("; "))
}

#[test]
fn what_ends_soon_is_a_warning_and_what_has_ended_is_not_healthy() {
    let before = |hours| end() - SignedDuration::from_hours(hours);
    assert_eq!(of_first(before(24 * 30)), (CertificateState::Valid, true, String::new()));
    let (state, healthy, said) = of_first(before(24 * 30 - 1));
    assert_eq!((state, healthy), (CertificateState::Ending, true));
    assert_eq!(said, "m1: /etc/kubernetes/pki/apiserver.crt expires in 29 days");
    let (state, healthy, said) = of_first(end());
    assert_eq!((state, healthy), (CertificateState::Expired, false));
    assert_eq!(said, "m1: /etc/kubernetes/pki/apiserver.crt expired 0 days ago");
}

#[test]
fn a_renewal_that_left_something_out_is_noticed() {
    let mut before = report_at(Timestamp::now());
    before.certificates.truncate(1);
    assert_eq!(before.not_renewed_since(&before), [""; 0], "an authority is not renewed");
    let mut leaf = before.clone();
    leaf.certificates[0].info.as_mut().unwrap().is_authority = false;
    assert_eq!(leaf.not_renewed_since(&leaf), ["m1: /etc/kubernetes/pki/apiserver.crt"]);
    let mut renewed = leaf.clone();
    renewed.certificates[0].info.as_mut().unwrap().not_after += SignedDuration::from_secs(1);
    assert_eq!(renewed.not_renewed_since(&leaf), [""; 0]);
}

#[test]
fn no_key_leaves_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap().to_owned();
    let pki = folder.path().join("var/lib/kubelet/pki");
    std::fs::create_dir_all(&pki).unwrap();
    std::fs::create_dir_all(folder.path().join("etc/kubernetes")).unwrap();
    let key = "-----BEGIN EC PRIVATE KEY-----\nSECRET\n-----END EC PRIVATE KEY-----\n";
    std::fs::write(pki.join("kubelet-client-current.pem"), format!("{CERTIFICATE}{key}")).unwrap();
    let encode = |text: &str| {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.encode(text)
    };
    let kubeconfig = format!(
        "users:\n- user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
        encode(CERTIFICATE),
        encode(key)
    );
    std::fs::write(folder.path().join("etc/kubernetes/admin.conf"), kubeconfig).unwrap();
    for shell in ["sh", "bash"] {
        let script = SCRIPT.replace("/etc/", &format!("{at}/etc/"));
        let script = script.replace("/var/lib/", &format!("{at}/var/lib/"));
        let output = Command::new(shell).args(["-euc", &script]).output().unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        let found = certificates("m1", &answer, Timestamp::now(), 30);
        let kinds: Vec<CertificateKind> = found.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [CertificateKind::Certificate, CertificateKind::Kubeconfig], "{answer}");
        assert!(found.iter().all(|one| one.info.is_some()), "{answer}");
        assert!(!answer.contains("KEY") && !answer.contains("SECRET"), "{answer}");
        assert!(answer.ends_with("## end\n"), "{answer}");
    }
}
