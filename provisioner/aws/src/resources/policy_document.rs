//! Policy documents of IAM: compared by what they say, and those that are a role's own.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::AwsError;
use crate::error::{Asked as _, IfFound as _};
use crate::work::{Context, Work};

/// The name of the one that we give a role.
const NAME: &str = "provisioner";

/// The documents of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Documents {
    /// What ours says, a statement each; nothing where it has none.
    pub(crate) statements: BTreeSet<String>,
    /// The names of those that others have given it.
    pub(crate) others: BTreeSet<String>,
}

/// The documents that a role has.
pub(crate) async fn find(context: &Context, role: &str) -> Result<Documents, AwsError> {
    let mut others = names(context, role).await?;
    let statements = if others.remove(NAME) { own(context, role).await? } else { BTreeSet::new() };
    Ok(Documents { statements, others })
}

async fn names(context: &Context, role: &str) -> Result<BTreeSet<String>, AwsError> {
    let call = context.clients.iam.list_role_policies().role_name(role);
    let names = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let names = names.asked(format!("look for the policies of {role}")).if_found()?;
    Ok(names.into_iter().flatten().collect())
}

async fn own(context: &Context, role: &str) -> Result<BTreeSet<String>, AwsError> {
    let call = context.clients.iam.get_role_policy().role_name(role).policy_name(NAME);
    let answer = call.send().await.asked(format!("look at the policy of {role}")).if_found()?;
    Ok(answer.map(|answer| statements(&parsed(&answer.policy_document))).unwrap_or_default())
}

/// Gives the role this document in the place of the one that it has.
pub(crate) async fn put(work: &Work<'_>, role: &str, document: &Value) -> Result<(), AwsError> {
    work.once_visible(async || {
        let call = work.clients().iam.put_role_policy().role_name(role).policy_name(NAME);
        let call = call.policy_document(document.to_string());
        call.send().await.asked(format!("give the role {role} its policy"))
    })
    .await
    .map(drop)
}

/// Takes ours from the role.
pub(crate) async fn take(work: &Work<'_>, role: &str) -> Result<(), AwsError> {
    delete(work, role, NAME).await
}

/// Takes all that the role has, whoever has given them: it goes.
pub(crate) async fn take_all(work: &Work<'_>, role: &str) -> Result<(), AwsError> {
    for name in names(work.context, role).await? {
        delete(work, role, &name).await?;
    }
    Ok(())
}

pub(crate) async fn delete(work: &Work<'_>, role: &str, name: &str) -> Result<(), AwsError> {
    let call = work.clients().iam.delete_role_policy().role_name(role).policy_name(name);
    call.send().await.asked(format!("delete the policy {name} of {role}")).if_found().map(drop)
}

/// The statements of a document, in one form for all that say the same.
pub(crate) fn statements(document: &Value) -> BTreeSet<String> {
    let all = match &document["Statement"] {
        Value::Array(list) => list.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    all.iter().map(|statement| plain(statement).to_string()).collect()
}

/// A document as IAM hands it out: percent-encoded (RFC 3986).
pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(&decoded(text)).unwrap_or_default()
}

/// Whether two documents say the same: IAM writes a list of one as the one.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    plain(one) == plain(other)
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) if list.len() == 1 => plain(&list[0]),
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().map(plain).collect();
            list.sort_by_key(Value::to_string);
            Value::Array(list)
        }
        Value::Object(map) => {
            let mut pairs: Vec<_> =
                map.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(pairs.into_iter().collect())
        }
        other => other.clone(),
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits = (byte == b'%').then(|| [rest.next(), rest.next()]);
        let hex = |digit: Option<u8>| char::from(digit?).to_digit(16);
        match digits {
            Some([high, low]) => {
                let code = hex(high).zip(hex(low)).map(|(high, low)| high * 16 + low);
                bytes.extend(code.and_then(|code| u8::try_from(code).ok()));
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_compared_by_what_they_say() {
        let ours = json!({"Action": ["a", "b"], "Principal": {"Service": "x"}});
        let theirs = json!({"Principal": {"Service": ["x"]}, "Action": ["b", "a"]});
        assert!(same(&ours, &theirs));
        assert!(!same(&ours, &json!({"Action": ["a"], "Principal": {"Service": "x"}})));
        assert_eq!(decoded("%7B%22a%22%3A%201%7D"), r#"{"a": 1}"#);
    }

    #[test]
    fn a_document_is_its_statements() {
        let one = json!({"Statement": {"Effect": "Allow", "Action": "a"}});
        let list =
            json!({"Version": "2012-10-17", "Statement": [{"Action": ["a"], "Effect": "Allow"}]});
        assert_eq!(statements(&one), statements(&list));
        assert_eq!(statements(&json!({})), BTreeSet::new());
    }
}
