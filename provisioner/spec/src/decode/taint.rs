use super::cursor::Cursor;
use crate::{
    model::{Taint, TaintEffect},
    syntax,
};

const CODE: &str = "invalid-taint";

/// Reads a taint, `key=value:Effect` or a map.
pub(super) fn taint(at: &Cursor<'_>) -> Option<Taint> {
    if !at.is_map() {
        return at.valid(CODE, "taint", syntax::taint_text);
    }
    at.map(|fields| {
        let key = fields.required("key", |at| at.valid(CODE, "key", syntax::label_key));
        let value = fields.optional("value", |at| at.valid(CODE, "value", syntax::label_value));
        let effect = fields
            .required("effect", |at| at.valid::<TaintEffect>(CODE, "effect", syntax::taint_effect));
        Some(Taint { key: key?, value: value.unwrap_or_default(), effect: effect? })
    })
}
