use crate::model::partition;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The role in IAM that the service account of an addon needs on EKS.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonIdentity {
    pub namespace: String,
    pub service_account: String,
    /// What the role allows, as IAM reads it. In its texts `{{cluster.name}}`, `{{aws.region}}` and
    /// `{{aws.partition}}` stand for those of the cluster.
    pub policy: Map<String, Value>,
}

impl AddonIdentity {
    /// The policy document for the cluster of that name.
    pub(crate) fn policy_for(&self, cluster: &str, region: &str) -> Map<String, Value> {
        let values = [
            ("{{cluster.name}}", cluster),
            ("{{aws.region}}", region),
            ("{{aws.partition}}", partition(region)),
        ];
        let filled = |text: &str| {
            values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
        };
        map(&self.policy, &filled)
    }
}

fn map(of: &Map<String, Value>, filled: &impl Fn(&str) -> String) -> Map<String, Value> {
    of.iter().map(|(key, part)| (filled(key), value(part, filled))).collect()
}

fn value(of: &Value, filled: &impl Fn(&str) -> String) -> Value {
    match of {
        Value::String(text) => Value::String(filled(text)),
        Value::Array(items) => items.iter().map(|item| value(item, filled)).collect(),
        Value::Object(parts) => Value::Object(map(parts, filled)),
        other => other.clone(),
    }
}
