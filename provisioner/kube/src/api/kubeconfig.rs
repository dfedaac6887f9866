use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::EntranceError;

/// The kubeconfig for a program that reaches the API at a port of this machine, behind which the
/// same server is.
pub(crate) fn forwarded(
    kubeconfig: &SecretString,
    port: u16,
) -> Result<SecretString, EntranceError> {
    let unusable = |reason: String| EntranceError {
        message: format!("its kubeconfig cannot be used: {reason}"),
        hint: None,
        no_cluster: false,
    };
    let mut document: Value = serde_yaml::from_str(kubeconfig.expose_secret())
        .map_err(|error| unusable(error.to_string()))?;
    for entry in document["clusters"].as_array_mut().into_iter().flatten() {
        let server = entry["cluster"]["server"].as_str().unwrap_or_default();
        let uri: http::Uri = server.parse().map_err(|_| unusable(format!("{server} is no URL")))?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        entry["cluster"]["tls-server-name"] = json!(host);
        entry["cluster"]["server"] = json!(format!("https://127.0.0.1:{port}"));
    }
    Ok(document.to_string().into())
}
