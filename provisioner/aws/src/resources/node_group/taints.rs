//! Taints: as AWS has them, and as they are shown.

use aws_sdk_eks::types::{Taint, TaintEffect};

pub(super) fn taint_text(taint: &Taint) -> Option<String> {
    let value = taint.value.as_deref().unwrap_or_default();
    Some(format!("{}={value}:{}", taint.key.as_ref()?, taint.effect.as_ref()?.as_str()))
}

/// The reverse of `taint_text`.
pub(super) fn parsed_taint(text: &str) -> Option<Taint> {
    let (rest, effect) = text.rsplit_once(':')?;
    let (key, value) = rest.split_once('=')?;
    Some(Taint::builder().key(key).value(value).effect(TaintEffect::from(effect)).build())
}

pub(super) fn taint(taint: &provisioner_spec::Taint) -> Taint {
    let effect = match taint.effect {
        provisioner_spec::TaintEffect::NoSchedule => TaintEffect::NoSchedule,
        provisioner_spec::TaintEffect::PreferNoSchedule => TaintEffect::PreferNoSchedule,
        provisioner_spec::TaintEffect::NoExecute => TaintEffect::NoExecute,
    };
    Taint::builder().key(&taint.key).value(&taint.value).effect(effect).build()
}
