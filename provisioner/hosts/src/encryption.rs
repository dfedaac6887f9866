//! The keys with which API servers encrypt secrets before etcd gets them.
//!
//! They are made by the first run that is asked for them and lie on the control planes only, beside the
//! authorities; later runs read them from there. The format is that of
//! <https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/>.

use provisioner_engine::Redactor;
use provisioner_pki::encryption_key;
use provisioner_spec::{Cluster, Host};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::HostsError;
use crate::inventory::Inventory;

/// Below `/etc/kubernetes/pki`, which every API server sees, and which whoever keeps etcd's snapshots
/// keeps with them.
pub(crate) const FILE: &str = "encryption.json";

/// A key; the higher its number, the newer it is.
#[derive(Debug, Clone)]
struct Key {
    number: u32,
    secret: SecretString,
}

/// All keys that some control plane has, the newest first; never none.
#[derive(Debug, Clone)]
pub(crate) struct EncryptionKeys(Vec<Key>);

impl EncryptionKeys {
    /// Those that the control planes have; a new one where none has any.
    ///
    /// # Errors
    /// Two control planes that have different keys of one name; no random numbers.
    pub(crate) fn of(inventory: &Inventory, cluster: &Cluster) -> Result<Self, HostsError> {
        let mut keys: Vec<(&Host, Key)> = Vec::new();
        for host in cluster.control_planes() {
            let facts = inventory.facts.get(&host.name);
            let text = facts.and_then(|facts| facts.pki.get(FILE));
            for key in text.map(read).unwrap_or_default() {
                let same = keys.iter().find(|(_, known)| known.number == key.number);
                match same {
                    None => keys.push((host, key)),
                    Some((other, known))
                        if known.secret.expose_secret() != key.secret.expose_secret() =>
                    {
                        let (one, other) = (other.name.clone(), host.name.clone());
                        return Err(HostsError::DifferentKeys { one, other });
                    }
                    Some(_) => {}
                }
            }
        }
        let mut keys: Vec<Key> = keys.into_iter().map(|(_, key)| key).collect();
        if keys.is_empty() {
            keys.push(Key::generate(1)?);
        }
        keys.sort_by_key(|key| std::cmp::Reverse(key.number));
        Ok(Self(keys))
    }

    /// One more than there is, which is to take its place. Where there are several already, a rotation
    /// was cut off: it goes on.
    ///
    /// # Errors
    /// No random numbers.
    pub(crate) fn rotate(&mut self) -> Result<(), HostsError> {
        if let [only] = self.0.as_slice() {
            let next = Key::generate(only.number + 1)?;
            self.0.insert(0, next);
        }
        Ok(())
    }

    pub(crate) fn conceal(&self, redactor: &Redactor) {
        for key in &self.0 {
            redactor.add(&key.secret);
        }
    }

    /// What playbooks see: the file in each of its states, and the name of the newest key.
    pub(crate) fn context(&self) -> Value {
        let newest: Vec<&Key> = self.0.iter().take(1).collect();
        let all: Vec<&Key> = self.0.iter().collect();
        let mut newest_second = all.clone();
        if newest_second.len() > 1 {
            newest_second.swap(0, 1);
        }
        json!({
            "key": newest.first().map(|key| key.name()),
            // Everybody can read what nobody writes yet.
            "known": file(&all, true),
            "used": file(&all, false),
            "added": file(&newest_second, false),
            "alone": file(&newest, false),
        })
    }
}

impl Key {
    fn generate(number: u32) -> Result<Self, HostsError> {
        Ok(Self { number, secret: encryption_key()? })
    }

    fn name(&self) -> String {
        format!("key{}", self.number)
    }
}

/// The first provider writes, all read. What was written before there was a key is read as it is.
fn file(keys: &[&Key], identity_first: bool) -> String {
    let key = |key: &&Key| json!({"name": key.name(), "secret": key.secret.expose_secret()});
    let keys: Vec<Value> = keys.iter().map(key).collect();
    let mut providers = vec![json!({"secretbox": {"keys": keys}}), json!({"identity": {}})];
    if identity_first {
        providers.reverse();
    }
    let document = json!({
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": providers}],
    });
    format!("{document}\n")
}

/// The keys in a file of ours; none in any other.
fn read(text: &SecretString) -> Vec<Key> {
    let document: Option<Document> = serde_json::from_str(text.expose_secret()).ok();
    let resources = document.map(|document| document.resources).unwrap_or_default();
    let providers = resources.into_iter().flat_map(|resource| resource.providers);
    let boxes = providers.filter_map(|provider| provider.secretbox);
    let key = |key: WrittenKey| {
        let number = key.name.strip_prefix("key")?.parse().ok()?;
        Some(Key { number, secret: key.secret.into() })
    };
    boxes.flat_map(|secretbox| secretbox.keys).filter_map(key).collect()
}

#[derive(Deserialize)]
struct Document {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    providers: Vec<Provider>,
}

#[derive(Deserialize)]
struct Provider {
    secretbox: Option<SecretBox>,
}

#[derive(Deserialize)]
struct SecretBox {
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
struct WrittenKey {
    name: String,
    secret: String,
}
