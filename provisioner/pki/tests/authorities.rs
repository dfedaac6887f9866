//! The cluster's set of authorities: made, read back, signed with; checked by OpenSSL and against
//! what kubeadm itself writes.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use provisioner_pki::{Authority, ClusterPki, Error, PKI_FILES, Validity, certificate_info};
use secrecy::{ExposeSecret, SecretString};

const YEAR: Duration = Duration::from_hours(8760);

/// The SHA-256 of the public key in `data/kubeadm/ca.crt`, computed with the command that kubeadm's
/// documentation gives: `openssl x509 -pubkey -in ca.crt -noout | openssl rsa -pubin -outform der |
/// openssl dgst -sha256 -hex`.
const KUBEADM_CA_HASH: &str =
    "sha256:24e307699946a84c2359da51b349ca2a8246d1371d5d0dbd0eba17a8206a5123";

static GENERATED: LazyLock<ClusterPki> =
    LazyLock::new(|| ClusterPki::generate(Timestamp::now(), 10 * YEAR).unwrap());

type Files = BTreeMap<String, SecretString>;

#[test]
fn a_new_set_has_the_files_and_modes_of_kubeadm() {
    let listing: Vec<String> = GENERATED
        .files()
        .iter()
        .map(|file| format!("{:o} {} {}", file.mode, file.path, first_line(&file.contents)))
        .collect();
    insta::assert_snapshot!(listing.join("\n"), @r"
    644 /etc/kubernetes/pki/ca.crt -----BEGIN CERTIFICATE-----
    600 /etc/kubernetes/pki/ca.key -----BEGIN PRIVATE KEY-----
    644 /etc/kubernetes/pki/front-proxy-ca.crt -----BEGIN CERTIFICATE-----
    600 /etc/kubernetes/pki/front-proxy-ca.key -----BEGIN PRIVATE KEY-----
    644 /etc/kubernetes/pki/etcd/ca.crt -----BEGIN CERTIFICATE-----
    600 /etc/kubernetes/pki/etcd/ca.key -----BEGIN PRIVATE KEY-----
    600 /etc/kubernetes/pki/sa.key -----BEGIN PRIVATE KEY-----
    644 /etc/kubernetes/pki/sa.pub -----BEGIN PUBLIC KEY-----
    ");
    assert!(GENERATED.files().iter().all(|file| file.secret == (file.mode == 0o600)));
}

#[test]
fn a_new_authority_has_the_shape_of_kubeadms() {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let pki = ClusterPki::generate(now, 10 * YEAR).unwrap();
    insta::assert_yaml_snapshot!(certificate_info(&pki.ca.cert_pem).unwrap(), @r#"
    subject: CN=kubernetes
    issuer: CN=kubernetes
    subjectAlternativeNames:
      - kubernetes
    notBefore: "2026-01-02T02:59:05Z"
    notAfter: "2035-12-31T03:04:05Z"
    isAuthority: true
    "#);
    let etcd = certificate_info(&pki.etcd_ca.cert_pem).unwrap();
    let front_proxy = certificate_info(&pki.front_proxy_ca.cert_pem).unwrap();
    assert_eq!((etcd.subject.as_str(), etcd.is_authority), ("CN=etcd-ca", true));
    assert_eq!(
        (front_proxy.subject.as_str(), front_proxy.is_authority),
        ("CN=front-proxy-ca", true)
    );
    let usages = openssl(&["x509", "-noout", "-ext", "keyUsage"], &pki.ca.cert_pem);
    assert!(usages.contains("Digital Signature, Key Encipherment, Certificate Sign\n"), "{usages}");
}

#[test]
fn a_set_survives_being_written_and_read() {
    let read = ClusterPki::from_files(&files_of(&GENERATED)).unwrap().unwrap();
    assert_eq!(read.fingerprint().unwrap(), GENERATED.fingerprint().unwrap());
    assert_eq!(read.ca_hash().unwrap(), GENERATED.ca_hash().unwrap());
    let private = |pki: &ClusterPki| pki.etcd_ca.key_pem.expose_secret().to_owned();
    assert_eq!(private(&read), private(&GENERATED));
}

#[test]
fn the_set_of_kubeadm_is_read_and_signed_with() {
    let pki = ClusterPki::from_files(&kubeadm_files()).unwrap().unwrap();
    assert_eq!(pki.ca_hash().unwrap(), KUBEADM_CA_HASH);
    assert_signs(&pki.ca);
    assert_signs(&pki.etcd_ca);
}

#[test]
fn the_hash_of_a_new_authority_is_what_openssl_computes() {
    let public_key = openssl(&["x509", "-noout", "-pubkey"], &GENERATED.ca.cert_pem);
    let directory = tempfile::tempdir().unwrap();
    let der = directory.path().join("key.der");
    let der = der.to_str().unwrap();
    openssl(&["pkey", "-pubin", "-outform", "der", "-out", der], &public_key);
    let digest = openssl(&["dgst", "-sha256", "-r", der], "");
    let expected = digest.split(' ').next().unwrap();
    assert_eq!(GENERATED.ca_hash().unwrap(), format!("sha256:{expected}"));
}

#[test]
fn clients_are_trusted_by_their_authority_alone() {
    assert_signs(&GENERATED.ca);
    let validity = Validity::starting(Timestamp::now(), YEAR).unwrap();
    let client = GENERATED.sign_etcd_client("snapshot", &validity).unwrap();
    assert!(verifies(&GENERATED.etcd_ca, &client.cert_pem));
    assert!(!verifies(&GENERATED.ca, &client.cert_pem));
}

#[test]
fn a_client_certificate_says_who_the_client_is() {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let validity = Validity::starting(now, YEAR).unwrap();
    let client =
        GENERATED.sign_client("kubernetes-admin", Some("system:masters"), &validity).unwrap();
    insta::assert_yaml_snapshot!(certificate_info(&client.cert_pem).unwrap(), @r#"
    subject: "O=system:masters, CN=kubernetes-admin"
    issuer: CN=kubernetes
    subjectAlternativeNames: []
    notBefore: "2026-01-02T02:59:05Z"
    notAfter: "2027-01-02T03:04:05Z"
    isAuthority: false
    "#);
}

#[test]
fn keys_are_read_in_every_form_that_kubeadm_reads() {
    for name in ["sec1", "pkcs8"] {
        let mut files = files_of(&GENERATED);
        insert(&mut files, "/etc/kubernetes/pki/ca.crt", &data(&format!("openssl/{name}.crt")));
        insert(&mut files, "/etc/kubernetes/pki/ca.key", &data(&format!("openssl/{name}.key")));
        let pki = ClusterPki::from_files(&files).unwrap().unwrap();
        assert_signs(&pki.ca);
    }
}

#[test]
fn a_set_with_a_missing_or_empty_file_is_none() {
    for path in PKI_FILES {
        let mut files = files_of(&GENERATED);
        files.remove(path);
        assert!(ClusterPki::from_files(&files).unwrap().is_none(), "{path}");
        assert_eq!(ClusterPki::missing_files(&files), [path]);
        insert(&mut files, path, "\n");
        assert_eq!(ClusterPki::missing_files(&files), [path]);
    }
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    for path in PKI_FILES {
        let whole = files_of(&GENERATED)[path].expose_secret().to_owned();
        let cut = &whole[..whole.len() / 2];
        let hollow = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n\
                      -----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for damaged in ["not PEM", cut, hollow] {
            let mut files = files_of(&GENERATED);
            insert(&mut files, path, damaged);
            let error = ClusterPki::from_files(&files).unwrap_err().to_string();
            assert!(error.contains(path), "{error}");
        }
    }
}

#[test]
fn a_key_of_another_authority_is_refused() {
    for (certificate, key) in
        [("ca.crt", "ca.key"), ("etcd/ca.crt", "etcd/ca.key"), ("sa.pub", "sa.key")]
    {
        let mut files = files_of(&GENERATED);
        let path = format!("/etc/kubernetes/pki/{key}");
        insert(&mut files, &path, &data(&format!("kubeadm/{key}")));
        let error = ClusterPki::from_files(&files).unwrap_err();
        assert!(matches!(error, Error::KeyMismatch { .. }), "{certificate}: {error}");
    }
}

#[test]
fn a_certificate_that_is_no_authority_is_refused() {
    let mut files = files_of(&GENERATED);
    insert(&mut files, "/etc/kubernetes/pki/ca.crt", &data("openssl/no-authority.crt"));
    insert(&mut files, "/etc/kubernetes/pki/ca.key", &data("openssl/sec1.key"));
    let error = ClusterPki::from_files(&files).unwrap_err();
    assert!(matches!(error, Error::NotAnAuthority { .. }), "{error}");
}

#[test]
fn an_authority_whose_name_cannot_be_repeated_does_not_sign() {
    let authority = Authority {
        cert_pem: data("openssl/two-organizations.crt"),
        key_pem: data("openssl/sec1.key").into(),
    };
    let validity = Validity::starting(Timestamp::now(), YEAR).unwrap();
    let error = authority.sign_client("someone", None, &validity).unwrap_err();
    assert!(matches!(error, Error::AuthorityName { .. }), "{error}");
}

#[test]
fn addresses_are_among_the_alternative_names() {
    let info = certificate_info(&data("openssl/no-authority.crt")).unwrap();
    assert_eq!(info.subject_alternative_names, ["www.example", "10.0.0.1", "fd00::1"]);
    assert!(!info.is_authority);
}

#[test]
fn two_sets_differ() {
    let other = ClusterPki::from_files(&kubeadm_files()).unwrap().unwrap();
    assert_ne!(other.fingerprint().unwrap(), GENERATED.fingerprint().unwrap());
}

#[test]
fn a_validity_that_no_certificate_can_hold_is_refused() {
    let now = Timestamp::now();
    for lifetime in [Duration::ZERO, Duration::from_secs(u64::MAX), 9000 * YEAR] {
        let error = Validity::starting(now, lifetime).unwrap_err();
        assert!(matches!(error, Error::Validity { .. }), "{error}");
    }
}

#[test]
fn nothing_secret_is_in_the_debug_output() {
    let debug = format!("{:?} {:?}", *GENERATED, GENERATED.files());
    assert!(!debug.contains("PRIVATE"), "{debug}");
}

fn assert_signs(authority: &Authority) {
    let validity = Validity::starting(Timestamp::now(), YEAR).unwrap();
    let client = authority.sign_client("someone", Some("a group"), &validity).unwrap();
    assert!(verifies(authority, &client.cert_pem));
    let of_certificate = openssl(&["x509", "-noout", "-pubkey"], &client.cert_pem);
    let of_key = openssl(&["pkey", "-pubout"], client.key_pem.expose_secret());
    assert_eq!(of_certificate, of_key);
}

fn verifies(authority: &Authority, client: &str) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let authority = write(directory.path(), "ca.crt", &authority.cert_pem);
    let client = write(directory.path(), "client.crt", client);
    Command::new("openssl")
        .args(["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile"])
        .args([authority, client])
        .output()
        .unwrap()
        .status
        .success()
}

fn openssl(arguments: &[&str], input: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let input = std::fs::File::open(write(directory.path(), "input", input)).unwrap();
    let output = Command::new("openssl").args(arguments).stdin(input).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn write(directory: &Path, name: &str, contents: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, contents).unwrap();
    path
}

fn files_of(pki: &ClusterPki) -> Files {
    pki.files().into_iter().map(|file| (file.path.to_owned(), file.contents)).collect()
}

fn kubeadm_files() -> Files {
    let mut files = Files::new();
    for path in PKI_FILES {
        let name = path.strip_prefix("/etc/kubernetes/pki/").unwrap();
        insert(&mut files, path, &data(&format!("kubeadm/{name}")));
    }
    files
}

fn insert(files: &mut Files, path: &str, contents: &str) {
    files.insert(path.to_owned(), contents.to_owned().into());
}

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn first_line(contents: &SecretString) -> String {
    contents.expose_secret().lines().next().unwrap().to_owned()
}
