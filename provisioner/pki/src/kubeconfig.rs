use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_yaml::{Mapping, Value};
use zeroize::Zeroizing;

use crate::{ClientCertificate, Error};

/// The lists of a kubeconfig, each with the key of what an entry names.
pub(crate) const LISTS: [(&str, &str); 3] =
    [("clusters", "cluster"), ("users", "user"), ("contexts", "context")];

/// A kubeconfig with everything that was in it, known here or not; only comments are lost.
#[derive(Clone, PartialEq)]
pub struct Kubeconfig {
    pub(crate) document: Mapping,
}

impl Kubeconfig {
    /// Reads a kubeconfig; an empty text is an empty one.
    ///
    /// # Errors
    /// [`Error::KubeconfigSyntax`], or [`Error::KubeconfigShape`] when `clusters`, `users` or
    /// `contexts` is anything but a list of named entries.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document: Value = serde_yaml::from_str(text)
            .map_err(|error| Error::KubeconfigSyntax(error.to_string()))?;
        let document = match document {
            Value::Null => Mapping::new(),
            Value::Mapping(document) => document,
            _ => return Err(shape("the document", "a mapping")),
        };
        let kubeconfig = Self { document };
        for (list, _) in LISTS {
            kubeconfig.names(list)?;
        }
        Ok(kubeconfig)
    }

    /// The whole of it as YAML; it holds keys.
    ///
    /// # Errors
    /// [`Error::KubeconfigWrite`].
    pub fn to_yaml(&self) -> Result<SecretString, Error> {
        serde_yaml::to_string(&self.document)
            .map(SecretString::from)
            .map_err(|error| Error::KubeconfigWrite(error.to_string()))
    }

    pub fn current_context(&self) -> Option<&str> {
        let name = self.document.get("current-context")?.as_str()?;
        (!name.is_empty()).then_some(name)
    }

    /// The names in `clusters`, `users` or `contexts`.
    ///
    /// # Errors
    /// [`Error::KubeconfigShape`].
    pub fn names(&self, list: &str) -> Result<Vec<&str>, Error> {
        let entries = match self.document.get(list) {
            // kubectl writes an empty list as null.
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Sequence(entries)) => entries,
            Some(_) => return Err(shape(list, "a list")),
        };
        let mut names = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let name = entry.get("name").and_then(Value::as_str);
            names.push(name.ok_or_else(|| shape(&format!("{list}[{index}]"), "a named entry"))?);
        }
        Ok(names)
    }
}

/// Names only: the rest may be secret.
impl fmt::Debug for Kubeconfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Kubeconfig");
        for (list, _) in LISTS {
            debug.field(list, &self.names(list).unwrap_or_default());
        }
        debug.finish_non_exhaustive()
    }
}

/// The kubeconfig of a cluster's administrator: cluster and context are called `cluster_name`, the
/// user `CLUSTER_NAME-admin`, and the context is the current one.
pub fn admin_kubeconfig(
    cluster_name: &str,
    server: &str,
    ca_pem: &str,
    client: &ClientCertificate,
) -> Kubeconfig {
    let user_name = format!("{cluster_name}-admin");
    let cluster =
        mapping([("certificate-authority-data", encoded(ca_pem)), ("server", server.into())]);
    let user = mapping([
        ("client-certificate-data", encoded(&client.cert_pem)),
        ("client-key-data", encoded(client.key_pem.expose_secret())),
    ]);
    let context = mapping([("cluster", cluster_name.into()), ("user", user_name.as_str().into())]);
    let document = [
        ("apiVersion", "v1".into()),
        ("kind", "Config".into()),
        ("clusters", entry(cluster_name, "cluster", cluster)),
        ("users", entry(&user_name, "user", user)),
        ("contexts", entry(cluster_name, "context", context)),
        ("current-context", cluster_name.into()),
    ];
    Kubeconfig {
        document: document.into_iter().map(|(key, value)| (Value::from(key), value)).collect(),
    }
}

pub(crate) fn shape(path: &str, expected: &'static str) -> Error {
    Error::KubeconfigShape { path: path.to_owned(), expected }
}

fn entry(name: &str, key: &str, value: Value) -> Value {
    Value::Sequence(vec![mapping([("name", name.into()), (key, value)])])
}

fn mapping<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Mapping(fields.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

fn encoded(text: &str) -> Value {
    Value::from(Zeroizing::new(BASE64_STANDARD.encode(text)).as_str())
}
