//! Tokens for the Kubernetes API of EKS: a signed request that EKS sends to STS in our stead.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::causes;
use crate::{AwsError, Clients};

/// EKS takes a token for 15 minutes after it was signed; a minute is left for clocks.
const VALID: Duration = Duration::from_mins(14);
const EXPIRES: Duration = Duration::from_mins(1);

/// A token and until when it serves.
#[derive(Clone)]
pub struct Token {
    text: String,
    expires: Timestamp,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Token").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl Token {
    /// What kubectl reads from a credential plugin (client.authentication.k8s.io).
    pub fn exec_credential(&self) -> Value {
        json!({
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "kind": "ExecCredential",
            "spec": {},
            "status": {
                "expirationTimestamp": self.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                "token": self.text,
            },
        })
    }
}

/// A token for the cluster of that name, signed with the credentials found at `clients`.
///
/// # Errors
/// There are no credentials, or no region.
pub async fn token(clients: &Clients, cluster: &str, now: SystemTime) -> Result<Token, AwsError> {
    let no_credentials = |cause: String| AwsError::NoCredentials { cause };
    let provider = clients.config.credentials_provider();
    let provider = provider.ok_or_else(|| no_credentials("there is no provider".to_owned()))?;
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| no_credentials(causes(&error)))?;
    let region = clients.config.region().ok_or(AwsError::NoRegion)?.as_ref();
    let text = presigned(credentials, region, cluster, now)?;
    let expires = Timestamp::try_from(now + VALID).unwrap_or(Timestamp::MAX);
    Ok(Token { text: format!("k8s-aws-v1.{}", BASE64_URL_SAFE_NO_PAD.encode(text)), expires })
}

/// Regions of China have a domain of their own.
fn host(region: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("sts.{region}.{domain}")
}

/// The URL of a call of `GetCallerIdentity`, signed for this cluster alone.
fn presigned(
    credentials: Credentials,
    region: &str,
    cluster: &str,
    now: SystemTime,
) -> Result<String, AwsError> {
    let failed = |cause: String| AwsError::Sign { cause };
    let host = host(region);
    let url = format!("https://{host}/?Action=GetCallerIdentity&Version=2011-06-15");
    let identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| failed(error.to_string()))?
        .into();
    let headers = [("host", host.as_str()), ("x-k8s-aws-id", cluster)];
    let request = SignableRequest::new("GET", &url, headers.into_iter(), SignableBody::Bytes(&[]))
        .map_err(|error| failed(error.to_string()))?;
    let signed = sign(request, &parameters).map_err(|error| failed(error.to_string()))?;
    let (instructions, _) = signed.into_parts();
    let parameters = instructions.params().iter();
    let text =
        |(name, value): &(&str, std::borrow::Cow<'_, str>)| format!("&{name}={}", encoded(value));
    Ok(url + &parameters.map(text).collect::<String>())
}

/// Percent-encoded, as `SigV4` has it: everything but unreserved characters (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed by botocore's `RequestSigner.generate_presigned_url` for the same instant.
    #[test]
    fn the_url_is_the_one_that_the_official_client_signs() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("tests/presigned.json")).unwrap();
        assert!(cases.len() >= 3);
        for case in cases {
            let text = |name: &str| case[name].as_str().unwrap().to_owned();
            let session = case["sessionToken"].as_str().map(str::to_owned);
            let key = (text("accessKeyId"), text("secretAccessKey"));
            let credentials = Credentials::new(key.0, key.1, session, None, "test");
            let now: Timestamp = text("time").parse().unwrap();
            let url =
                presigned(credentials, &text("region"), &text("cluster"), now.into()).unwrap();
            let parameters = |url: &str| {
                let (host, query) = url.split_once('?').unwrap();
                let mut list: Vec<_> = query.split('&').map(str::to_owned).collect();
                list.sort();
                (host.to_owned(), list)
            };
            assert_eq!(parameters(&url), parameters(&text("url")));
        }
    }
}
