use super::{cursor::Cursor, etcd::etcd, resources::resources};
use crate::{
    diagnostic::{Fault, shown},
    model::{ApiServer, Certificates, Component, Kubernetes, PackageRepository, Upgrade},
    syntax,
};
use semver::Version;
use std::collections::BTreeMap;

/// The first minor version whose images are on registry.k8s.io by default.
const REGISTRY_MOVED: u64 = 25;

pub(super) fn kubernetes(at: &Cursor<'_>) -> Kubernetes {
    at.map(|fields| {
        let version = fields
            .required("version", |at| at.valid("invalid-version", "version", syntax::version))
            .unwrap_or(Version::new(0, 0, 0));
        Kubernetes {
            image_repository: fields
                .optional("imageRepository", |at| {
                    at.valid(
                        "invalid-image-repository",
                        "image repository",
                        syntax::image_repository,
                    )
                })
                .unwrap_or_else(|| default_image_repository(&version).to_owned()),
            package_repository: fields
                .section("packageRepository", |at| package_repository(at, &version)),
            kubelet: fields.section("kubelet", Cursor::json_map),
            kube_proxy: fields.section("kubeProxy", Cursor::json_map),
            api_server: fields.section("apiServer", api_server),
            controller_manager: fields.section("controllerManager", component),
            scheduler: fields.section("scheduler", component),
            etcd: fields.section("etcd", etcd),
            certificates: fields.section("certificates", certificates),
            upgrade: fields.section("upgrade", upgrade),
            schedulable_control_plane: fields
                .optional("schedulableControlPlane", Cursor::boolean)
                .unwrap_or(false),
            version,
        }
    })
}

fn default_image_repository(version: &Version) -> &'static str {
    if version.minor < REGISTRY_MOVED { "k8s.gcr.io" } else { "registry.k8s.io" }
}

fn package_repository(at: &Cursor<'_>, version: &Version) -> PackageRepository {
    let base = format!("https://pkgs.k8s.io/core:/stable:/v{}.{}", version.major, version.minor);
    let url = |at: &Cursor<'_>| at.valid("invalid-url", "URL", syntax::base_url);
    at.map(|fields| PackageRepository {
        apt: fields.optional("apt", url).unwrap_or_else(|| format!("{base}/deb")),
        rpm: fields.optional("rpm", url).unwrap_or_else(|| format!("{base}/rpm")),
        key: fields.optional("key", url),
    })
}

fn api_server(at: &Cursor<'_>) -> ApiServer {
    at.map(|fields| ApiServer {
        extra_args: fields.section("extraArgs", extra_args),
        cert_sans: fields
            .optional("certSans", |at| {
                Some(at.list(|at| {
                    at.valid("invalid-name", "name of a certificate", syntax::certificate_name)
                }))
            })
            .unwrap_or_default(),
        resources: fields.section("resources", resources),
    })
}

fn certificates(at: &Cursor<'_>) -> Certificates {
    at.map(|fields| Certificates {
        validity_days: fields
            .optional("validityDays", |at| number(at, 3650))
            .unwrap_or(Certificates::VALIDITY_DAYS),
        authority_validity_days: fields
            .optional("authorityValidityDays", |at| number(at, 36500))
            .unwrap_or(Certificates::AUTHORITY_VALIDITY_DAYS),
    })
}

fn upgrade(at: &Cursor<'_>) -> Upgrade {
    at.map(|fields| Upgrade {
        max_unavailable: fields.optional("maxUnavailable", |at| number(at, 1000)).unwrap_or(1),
        drain_seconds: fields.optional("drainSeconds", |at| number(at, 24 * 3600)).unwrap_or(300),
    })
}

/// A whole number from one on.
fn number(at: &Cursor<'_>, most: u32) -> Option<u32> {
    u32::try_from(at.integer(1..=u64::from(most))?).ok()
}

fn component(at: &Cursor<'_>) -> Component {
    at.map(|fields| Component {
        extra_args: fields.section("extraArgs", extra_args),
        resources: fields.section("resources", resources),
    })
}

pub(super) fn extra_args(at: &Cursor<'_>) -> BTreeMap<String, String> {
    let mut args = BTreeMap::new();
    for (flag, value) in at.entries() {
        match syntax::flag(flag) {
            Ok(flag) => {
                args.extend(value.text().map(|text| (flag, text)));
            }
            Err(invalid) => value.fault_at_key(Fault {
                hint: invalid.hint,
                ..Fault::new(
                    "invalid-flag",
                    format!("invalid flag `{}`", shown(flag)),
                    invalid.reason,
                )
            }),
        }
    }
    args
}
