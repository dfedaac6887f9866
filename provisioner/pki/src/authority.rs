use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData,
};
use secrecy::SecretString;

use crate::certificate::parse;
use crate::client::ClientCertificate;
use crate::pem;
use crate::{Error, Validity};

/// A certificate authority: its certificate and the key to it.
#[derive(Clone, Debug)]
pub struct Authority {
    pub cert_pem: String,
    pub key_pem: SecretString,
}

impl Authority {
    /// A new self-signed authority in the shape of kubeadm's: the common name once more as a DNS
    /// name, key usages digital signature, key encipherment and certificate signing.
    ///
    /// The key is ECDSA P-256, made in well under a millisecond: every kubeadm from 1.20 to 1.36
    /// takes RSA and ECDSA for authorities (`TryLoadKeyFromDisk`), read by
    /// `keyutil.ParsePrivateKeyPEM`, which knows PKCS#8, PKCS#1 and SEC1.
    ///
    /// # Errors
    /// [`Error::Generate`] and [`Error::Sign`].
    pub fn generate(common_name: &str, validity: &Validity) -> Result<Self, Error> {
        let key = KeyPair::generate().map_err(Error::Generate)?;
        let signing = |source| Error::Sign { name: common_name.to_owned(), source };
        let mut parameters =
            CertificateParams::new(vec![common_name.to_owned()]).map_err(signing)?;
        validity.apply(&mut parameters);
        parameters.distinguished_name = DistinguishedName::new();
        parameters.distinguished_name.push(DnType::CommonName, common_name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyCertSign,
        ];
        let certificate = parameters.self_signed(&key).map_err(signing)?;
        Ok(Self { cert_pem: certificate.pem(), key_pem: key.serialize_pem().into() })
    }

    /// Takes an authority that exists: the key must be the certificate's, the certificate an
    /// authority's. The names are for the messages.
    pub(crate) fn load(
        (cert_name, cert_pem): (&str, &str),
        (key_name, key_pem): (&str, &SecretString),
    ) -> Result<Self, Error> {
        let der = pem::certificate(cert_name, cert_pem)?;
        let certificate = parse(cert_name, &der)?;
        let key = pem::private_key(key_name, key_pem)?;
        if !certificate.is_ca() {
            return Err(Error::NotAnAuthority { certificate: cert_name.to_owned() });
        }
        if certificate.public_key().raw != key.subject_public_key_info() {
            return Err(Error::KeyMismatch {
                certificate: cert_name.to_owned(),
                key: key_name.to_owned(),
            });
        }
        Ok(Self { cert_pem: cert_pem.to_owned(), key_pem: key_pem.clone() })
    }

    /// A new key and a certificate for a TLS client, signed by this authority. Kubernetes takes the
    /// common name for the user and the organization for a group.
    ///
    /// # Errors
    /// When the authority cannot be read or the signing fails.
    pub fn sign_client(
        &self,
        common_name: &str,
        organization: Option<&str>,
        validity: &Validity,
    ) -> Result<ClientCertificate, Error> {
        let signing = |source| Error::Sign { name: common_name.to_owned(), source };
        let authority_key = pem::private_key("the authority's key", &self.key_pem)?;
        let authority = pem::certificate("the authority's certificate", &self.cert_pem)?;
        let issuer = Issuer::from_ca_cert_der(&authority.as_slice().into(), authority_key)
            .map_err(signing)?;
        let key = KeyPair::generate().map_err(Error::Generate)?;
        let certificate = client_parameters(common_name, organization, validity)
            .signed_by(&key, &issuer)
            .map_err(signing)?;
        require_same_name(&authority, certificate.der())?;
        Ok(ClientCertificate { cert_pem: certificate.pem(), key_pem: key.serialize_pem().into() })
    }

    /// The DER of the certificate's `SubjectPublicKeyInfo`.
    pub(crate) fn public_key_info(&self) -> Result<Vec<u8>, Error> {
        let what = "the authority's certificate";
        let der = pem::certificate(what, &self.cert_pem)?;
        Ok(parse(what, &der)?.public_key().raw.to_vec())
    }
}

/// A chain holds only if the issuer's name is the authority's to the byte (RFC 5280, 7.1), and a name
/// with several values of one kind does not survive being read and written again.
fn require_same_name(authority: &[u8], signed: &[u8]) -> Result<(), Error> {
    let what = "the authority's certificate";
    let authority = parse(what, authority)?;
    let signed = parse("the new certificate", signed)?;
    if signed.issuer().as_raw() == authority.subject().as_raw() {
        return Ok(());
    }
    Err(Error::AuthorityName { name: authority.subject().to_string() })
}

fn client_parameters(
    common_name: &str,
    organization: Option<&str>,
    validity: &Validity,
) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    validity.apply(&mut parameters);
    parameters.distinguished_name = DistinguishedName::new();
    if let Some(organization) = organization {
        parameters.distinguished_name.push(DnType::OrganizationName, organization);
    }
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.use_authority_key_identifier_extension = true;
    parameters.key_usages =
        vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    parameters
}
