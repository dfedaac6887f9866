use super::cursor::Cursor;
use crate::{model::Charts, syntax};

pub(super) fn charts(at: &Cursor<'_>) -> Charts {
    at.map(|fields| Charts {
        mirrors: fields.section("mirrors", |at| {
            let entries = at.entries().into_iter();
            entries.map(|(url, mirrors)| (key(url), mirrors.list(place))).collect()
        }),
    })
}

/// As a repository is looked for: without a slash at its end.
fn key(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

fn place(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-url", "URL of a chart repository", syntax::chart_repository)
}
