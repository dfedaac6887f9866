//! What a host has printed -> its certificates.

use jiff::Timestamp;
use provisioner_pki::certificate_info;

use super::report::{Certificate, CertificateKind, CertificateState};

const END: &str = "-----END CERTIFICATE-----";
const SECONDS_A_DAY: i64 = 24 * 3600;

/// Every certificate in the answer of a host; a file may have several.
pub(crate) fn certificates(
    host: &str,
    answer: &str,
    now: Timestamp,
    days: u32,
) -> Vec<Certificate> {
    let mut found = Vec::new();
    let mut sections = answer.split("## ").skip(1);
    while let Some((heading, text)) = sections.next().and_then(|part| part.split_once('\n')) {
        let Some((kind, path)) = heading.split_once(' ') else { continue };
        let kind = match kind {
            "certificate" => CertificateKind::Certificate,
            "kubeconfig" => CertificateKind::Kubeconfig,
            _ => continue,
        };
        let blocks: Vec<&str> = text.split_inclusive(END).filter(|one| one.contains(END)).collect();
        let blocks = if blocks.is_empty() { vec![""] } else { blocks };
        let read = |pem: &&str| certificate(host, kind, path, pem, now, days);
        found.extend(blocks.iter().map(read));
    }
    found
}

fn certificate(
    host: &str,
    kind: CertificateKind,
    path: &str,
    pem: &str,
    now: Timestamp,
    days: u32,
) -> Certificate {
    let info = certificate_info(pem).ok();
    let seconds = info.as_ref().map(|info| info.not_after.as_second() - now.as_second());
    let days_left = seconds.map(|seconds| seconds.div_euclid(SECONDS_A_DAY));
    let state = match (seconds, days_left) {
        (Some(seconds), _) if seconds <= 0 => CertificateState::Expired,
        (_, Some(left)) if left < i64::from(days) => CertificateState::Ending,
        (_, Some(_)) => CertificateState::Valid,
        _ => CertificateState::Unreadable,
    };
    let (host, path) = (host.to_owned(), path.to_owned());
    Certificate { host, kind, path, state, days_left, info }
}
