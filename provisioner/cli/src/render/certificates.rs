use std::fmt::Write as _;

use jiff::tz::TimeZone;
use provisioner_hosts::{Certificate, CertificateState, CertificatesReport};

use super::{Palette, table};

/// Every certificate in a table, and what is wrong with some.
pub(crate) fn certificates(report: &CertificatesReport, palette: Palette) -> String {
    let Palette { heading, bad, .. } = palette;
    let header = ["HOST", "PATH", "SUBJECT", "ISSUER", "EXPIRES", "DAYS LEFT", "NAMES"];
    let mut text = table(&header, report.certificates.iter().map(row));
    if !report.problems.is_empty() {
        let _ = writeln!(text, "\n{heading}Problems{heading:#}");
        text.extend(report.problems.iter().map(|problem| format!("  {bad}!{bad:#} {problem}\n")));
    }
    text
}

fn row(certificate: &Certificate) -> Vec<String> {
    let Certificate { host, path, state, days_left, info, .. } = certificate;
    let mut row = vec![host.clone(), path.clone()];
    if let Some(info) = info {
        let expires = info.not_after.to_zoned(TimeZone::UTC).date().to_string();
        let left = match (state, days_left) {
            (CertificateState::Expired, _) => "expired".to_owned(),
            (_, left) => left.unwrap_or_default().to_string(),
        };
        let names = info.subject_alternative_names.join(" ");
        row.extend([info.subject.clone(), info.issuer.clone(), expires, left, names]);
    } else {
        row.push("unreadable".to_owned());
    }
    row
}
