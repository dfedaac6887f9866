use super::well_known::{WELL_KNOWN, well_known};
use crate::decode::{
    eks::{policy_arn, policy_document},
    fields::Fields,
};
use serde_json::{Map, Value};

/// The keys of policies by their ARNs and of a document, where a role is attached to something.
pub(super) const ATTACHED: [&str; 2] = ["attachPolicyARNs", "attachPolicy"];

/// The cluster that policies are for: they have its name in them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    pub(super) cluster: &'a str,
    pub(super) region: &'a str,
}

/// What a role allows: policies by their ARNs, and a document of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Permissions {
    pub(super) policies: Vec<String>,
    pub(super) policy: Map<String, Value>,
}

impl Permissions {
    /// What stands under the keys of ARNs and of a document.
    pub(super) fn attached(fields: &Fields<'_, '_>, [arns, document]: [&'static str; 2]) -> Self {
        Self {
            policies: fields.optional(arns, |at| Some(at.list(policy_arn))).unwrap_or_default(),
            policy: fields.section(document, policy_document),
        }
    }

    /// As `attached`, with what eksctl knows by the names of programs.
    pub(super) fn read(fields: &Fields<'_, '_>, keys: [&'static str; 2], names: Names<'_>) -> Self {
        let mut all = Self::attached(fields, keys);
        all.add(fields.section("wellKnownPolicies", |at| well_known(at, &WELL_KNOWN, names)));
        all
    }

    pub(super) fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.policy.is_empty()
    }

    /// Whether another one allows nothing beyond this.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let own = statements(&self.policy);
        other.policies.iter().all(|one| self.policies.contains(one))
            && statements(&other.policy).iter().all(|one| own.contains(one))
    }

    /// Allows also what another one does.
    pub(super) fn add(&mut self, other: Self) {
        for policy in other.policies {
            if !self.policies.contains(&policy) {
                self.policies.push(policy);
            }
        }
        if self.policy.is_empty() {
            self.policy = other.policy;
        } else if !other.policy.is_empty() {
            let mut all = statements(&self.policy);
            for statement in statements(&other.policy) {
                if !all.contains(&statement) {
                    let statement = named_once(statement, &all);
                    all.push(statement);
                }
            }
            self.policy.insert("Statement".to_owned(), Value::Array(all));
        }
    }
}

/// The statements of a document: a single one need not be a list.
fn statements(document: &Map<String, Value>) -> Vec<Value> {
    match document.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

/// IAM wants the names of the statements of one document to be different; they need none.
fn named_once(mut statement: Value, others: &[Value]) -> Value {
    let is_taken = others.iter().any(|one| !one["Sid"].is_null() && one["Sid"] == statement["Sid"]);
    if let Some(map) = statement.as_object_mut().filter(|_| is_taken) {
        map.retain(|key, _| key != "Sid");
    }
    statement
}
