//! The files by which control planes are clients of an etcd that runs elsewhere, read from this machine.

use camino::Utf8Path;
use jiff::Timestamp;
use provisioner_hosts::EtcdClient;
use provisioner_pki::{certificate_info, check_key};
use provisioner_spec::ExternalEtcd;
use secrecy::{ExposeSecret as _, SecretString};

use crate::hooks;

/// Says why a certificate cannot be used, or, given a key as well, why that is not the key to it.
pub(crate) fn judge(certificate: &Utf8Path, key: Option<&Utf8Path>) -> Result<(), String> {
    let text = text(certificate)?;
    let Some(key) = key else { return is_valid(certificate, text.expose_secret()) };
    let secret = self::text(key)?;
    let certificate = (certificate.as_str(), text.expose_secret());
    check_key(certificate, (key.as_str(), &secret)).map_err(|error| error.to_string())
}

/// The files that a spec names.
pub(crate) fn read(
    external: &ExternalEtcd,
    folder: &Utf8Path,
    home: &Utf8Path,
) -> Result<EtcdClient, String> {
    let read = |path| text(&hooks::resolved(path, folder, home));
    Ok(EtcdClient {
        ca: read(&external.ca)?.expose_secret().to_owned(),
        certificate: read(&external.certificate)?.expose_secret().to_owned(),
        key: read(&external.key)?,
    })
}

fn is_valid(path: &Utf8Path, text: &str) -> Result<(), String> {
    let info = certificate_info(text).map_err(|error| format!("{path}: {error}"))?;
    if info.not_after < Timestamp::now() {
        return Err(format!("{path}: it expired at {}", info.not_after));
    }
    Ok(())
}

fn text(path: &Utf8Path) -> Result<SecretString, String> {
    let text = fs_err::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{path} is not there"),
        _ => error.to_string(),
    })?;
    Ok(text.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use camino::Utf8PathBuf;
    use jiff::ToSpan as _;
    use provisioner_pki::{Authority, Validity};

    use super::*;

    #[test]
    fn a_certificate_is_looked_at_with_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let path = |name: &str| -> Utf8PathBuf { folder.join(name) };
        let hour = Duration::from_hours(1);
        let now = Validity::starting(Timestamp::now(), hour).unwrap();
        let past = Validity::starting(Timestamp::now() - 48.hours(), hour).unwrap();
        let authority = Authority::generate("etcd-ca", &now).unwrap();
        for (name, validity) in [("one", &now), ("other", &now), ("old", &past)] {
            let client = authority.sign_client(name, None, validity).unwrap();
            std::fs::write(path(&format!("{name}.crt")), client.cert_pem).unwrap();
            std::fs::write(path(&format!("{name}.key")), client.key_pem.expose_secret()).unwrap();
        }
        let one = path("one.crt");
        assert_eq!(judge(&one, None), Ok(()));
        assert_eq!(judge(&one, Some(&path("one.key"))), Ok(()));
        let said = judge(&one, Some(&path("other.key"))).unwrap_err();
        assert!(said.ends_with("is the key of another certificate"), "{said}");
        let said = judge(&path("old.crt"), None).unwrap_err();
        assert!(said.contains("it expired at"), "{said}");
        let said = judge(&path("none.crt"), None).unwrap_err();
        assert!(said.ends_with("none.crt is not there"), "{said}");
        let said = judge(&path("one.key"), None).unwrap_err();
        assert!(said.contains("no CERTIFICATE PEM block"), "{said}");

        let external = ExternalEtcd {
            endpoints: Vec::new(),
            ca: "one.crt".into(),
            certificate: "one.crt".into(),
            key: "~/one.key".into(),
        };
        let client = read(&external, folder, folder).unwrap();
        assert!(client.key.expose_secret().contains("PRIVATE KEY"));
    }
}
