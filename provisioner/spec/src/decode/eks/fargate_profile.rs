use super::{eks_name, role, subnets, tags};
use crate::{
    decode::cursor::Cursor,
    diagnostic::{Fault, shown},
    model::{FargateProfile, FargateSelector, IamRole},
    syntax,
};
use std::collections::BTreeMap;

pub(super) fn fargate_profile(at: &Cursor<'_>) -> FargateProfile {
    at.map(|fields| FargateProfile {
        name: fields.required("name", eks_name).unwrap_or_default(),
        selectors: fields.required("selectors", |at| Some(selectors(at))).unwrap_or_default(),
        subnets: fields.optional("subnets", |at| Some(subnets(at))).unwrap_or_default(),
        role: fields.optional("role", role).unwrap_or(IamRole::Create),
        tags: fields.section("tags", tags),
    })
}

pub(in crate::decode) fn selectors(at: &Cursor<'_>) -> Vec<FargateSelector> {
    at.list(|at| {
        at.map(|fields| {
            let labels = fields.section("labels", labels);
            let namespace = fields.required("namespace", |at| {
                at.valid("invalid-name", "namespace", syntax::namespace_pattern)
            });
            Some(FargateSelector { namespace: namespace?, labels })
        })
    })
}

fn labels(at: &Cursor<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for (key, value) in at.entries() {
        if let Err(invalid) = syntax::label_key(key) {
            let message = format!("invalid label `{}`", shown(key));
            let fault = Fault::new("invalid-label", message, invalid.reason);
            value.fault_at_key(Fault { hint: invalid.hint, ..fault });
            continue;
        }
        let value = value.valid("invalid-label", "value of a label", syntax::label_pattern);
        labels.extend(value.map(|value| (key.to_owned(), value)));
    }
    labels
}
