use super::cursor::Cursor;
use crate::{
    diagnostic::{Fault, shown},
    model::{Containerd, HttpProxy, Runtime},
    syntax,
};
use std::collections::BTreeMap;

pub(super) fn runtime(at: &Cursor<'_>) -> Runtime {
    at.map(|fields| Runtime { containerd: fields.section("containerd", containerd) })
}

fn containerd(at: &Cursor<'_>) -> Containerd {
    at.map(|fields| Containerd {
        mirrors: fields.section("mirrors", mirrors),
        proxy: fields.optional("proxy", |at| Some(http_proxy(at))),
        settings: fields.section("settings", Cursor::json_map),
    })
}

fn mirrors(at: &Cursor<'_>) -> BTreeMap<String, Vec<String>> {
    let mut mirrors = BTreeMap::new();
    for (name, urls) in at.entries() {
        if let Err(invalid) = syntax::registry(name) {
            let message = format!("invalid registry `{}`", shown(name));
            let fault = Fault::new("invalid-registry", message, invalid.reason);
            urls.fault_at_key(Fault { hint: invalid.hint, ..fault });
        }
        let urls = urls.list(|at| at.valid("invalid-url", "URL", syntax::base_url));
        mirrors.insert(name.to_owned(), urls);
    }
    mirrors
}

fn http_proxy(at: &Cursor<'_>) -> HttpProxy {
    let url = |at: &Cursor<'_>| at.valid("invalid-url", "URL", syntax::proxy_url);
    at.map(|fields| HttpProxy {
        http: fields.optional("http", url),
        https: fields.optional("https", url),
        no_proxy: fields
            .optional("noProxy", |at| {
                Some(at.list(|at| {
                    at.valid("invalid-no-proxy", "exception of a proxy", syntax::no_proxy)
                }))
            })
            .unwrap_or_default(),
    })
}
