use std::net::IpAddr;

use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use crate::Error;
use crate::pem::{self, malformed};

/// What people ask about a certificate.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateInfo {
    /// As in RFC 4514 but in the order of the certificate: "O=system:masters, CN=kubernetes-admin".
    pub subject: String,
    pub issuer: String,
    /// DNS names and addresses.
    pub subject_alternative_names: Vec<String>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub is_authority: bool,
}

/// Describes the first certificate in a PEM text.
///
/// # Errors
/// [`Error::NoPemBlock`] or [`Error::Malformed`].
pub fn certificate_info(pem: &str) -> Result<CertificateInfo, Error> {
    let what = "the certificate";
    let der = pem::certificate(what, pem)?;
    let certificate = parse(what, &der)?;
    Ok(CertificateInfo {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        subject_alternative_names: alternative_names(what, &certificate)?,
        not_before: timestamp(what, certificate.validity().not_before)?,
        not_after: timestamp(what, certificate.validity().not_after)?,
        is_authority: certificate.is_ca(),
    })
}

pub(crate) fn parse<'a>(what: &str, der: &'a [u8]) -> Result<X509Certificate<'a>, Error> {
    X509Certificate::from_der(der)
        .map(|(_, certificate)| certificate)
        .map_err(|error| malformed(what, &error))
}

fn timestamp(what: &str, time: x509_parser::time::ASN1Time) -> Result<Timestamp, Error> {
    Timestamp::from_second(time.timestamp()).map_err(|error| malformed(what, &error))
}

fn alternative_names(what: &str, certificate: &X509Certificate) -> Result<Vec<String>, Error> {
    let extension =
        certificate.subject_alternative_name().map_err(|error| malformed(what, &error))?;
    let names = extension.map_or(&[][..], |extension| &extension.value.general_names);
    Ok(names.iter().filter_map(alternative_name).collect())
}

fn alternative_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => address(octets).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Some(octets.into());
    }
    <[u8; 16]>::try_from(octets).ok().map(IpAddr::from)
}
