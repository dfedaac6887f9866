use super::{cursor::Cursor, kubernetes::extra_args, resources::resources};
use crate::{
    diagnostic::{Fault, shown},
    model::{Etcd, ExternalEtcd},
    syntax,
};
use camino::{Utf8Path, Utf8PathBuf};

pub(super) fn etcd(at: &Cursor<'_>) -> Etcd {
    at.map(|fields| Etcd {
        extra_args: fields.section("extraArgs", extra_args),
        resources: fields.section("resources", resources),
        external: fields.optional("external", external),
    })
}

fn external(at: &Cursor<'_>) -> Option<ExternalEtcd> {
    at.map(|fields| {
        let endpoints = fields.required("endpoints", |at| Some(at.list(endpoint)));
        let ca = fields.required("ca", |at| file(at, None));
        let certificate = fields.required("certificate", |at| file(at, None));
        let key = fields.required("key", |at| match &certificate {
            Some(certificate) => file(at, Some(certificate)),
            None => path(at),
        });
        Some(ExternalEtcd { endpoints: endpoints?, ca: ca?, certificate: certificate?, key: key? })
    })
}

fn endpoint(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-url", "endpoint of etcd", syntax::etcd_endpoint)
}

fn path(at: &Cursor<'_>) -> Option<Utf8PathBuf> {
    at.valid("invalid-path", "path", syntax::path)
}

/// A certificate, or the key to one, that whoever reads the spec has looked at.
fn file(at: &Cursor<'_>, certificate: Option<&Utf8Path>) -> Option<Utf8PathBuf> {
    let path = path(at)?;
    let known = at.report.known();
    let judged = match certificate {
        None => known.certificate(&path, None),
        Some(certificate) => known.certificate(certificate, Some(&path)),
    };
    let Err(reason) = judged else { return Some(path) };
    let what = if certificate.is_some() { "key" } else { "certificate" };
    let message = format!("the {what} {} cannot be used", shown(path.as_str()));
    at.fault(Fault::new("invalid-certificate", message, reason));
    None
}
