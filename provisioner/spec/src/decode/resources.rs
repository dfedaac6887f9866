use super::cursor::Cursor;
use crate::{
    model::{Amounts, Resources},
    syntax,
};

pub(super) fn resources(at: &Cursor<'_>) -> Resources {
    at.map(|fields| Resources {
        requests: fields.section("requests", amounts),
        limits: fields.section("limits", amounts),
    })
}

fn amounts(at: &Cursor<'_>) -> Amounts {
    let amount = |at: &Cursor<'_>| at.valid("invalid-quantity", "quantity", syntax::quantity);
    at.map(|fields| Amounts {
        cpu: fields.optional("cpu", amount),
        memory: fields.optional("memory", amount),
    })
}
