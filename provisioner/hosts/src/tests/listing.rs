//! Everything that a host gets, as text.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use provisioner_pki::ClusterPki;
use provisioner_playbook::{Action, Step};
use provisioner_spec::{Audit, Cluster, Encryption, Host, Profile, Security};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::world::{World, bundle, kubeadms_pki, nodes_of};
use crate::Operation;
use crate::context::Known;
use crate::encryption::EncryptionKeys;
use crate::planner::is_for;
use crate::secrets::{Join, Secrets};

/// A spec that makes use of everything a host can be given.
pub(super) const SPEC: &str = r#"
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes:
    version: VERSION
    kubelet: {maxPods: 200}
    apiServer: {extraArgs: {audit-log-maxage: "30", profiling: "false"}, certSans: [api.example]}
    scheduler: {extraArgs: {v: "2"}, resources: {requests: {cpu: 50m}, limits: {memory: 1Gi}}}
  runtime:
    containerd:
      mirrors: {docker.io: ["https://mirror.example", "https://second.example/v2"]}
      proxy: {http: "http://proxy.example:3128", https: "http://proxy.example:3128", noProxy: [10.0.0.0/8, .example]}
  network: {plugin: bridge, proxy: {mode: ipvs}}
  hosts:
    apiEndpoint: {vip: 172.30.0.100, port: 8443}
    controlPlane:
      - {name: m1, address: 172.30.0.11}
      - {name: m2, address: 172.30.0.12}
      - {name: m3, address: 172.30.0.13}
    workers:
      - {name: w1, address: 172.30.0.21, labels: {disk: ssd}, taints: ["dedicated=db:NoSchedule"]}
    edge: {nodes: [{name: e1, address: 172.30.0.31}]}
"#;

/// What a control plane has.
const ENCRYPTION: &str = r#"{"resources": [{"providers": [{"secretbox": {"keys": [{"name": "key1", "secret": "0123456789abcdef"}]}}]}]}"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Bundle,
    Repository,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Debian,
    Redhat,
}

/// One kind of site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) version: &'static str,
    pub(super) source: Source,
    pub(super) family: Family,
    /// With all that makes it harder to attack.
    pub(super) secure: bool,
}

/// The steps of one stage on one host.
pub(super) struct Given {
    pub(super) stage: String,
    pub(super) step: Step,
}

/// All that a host of this name is given in a run from the beginning to the end.
pub(super) fn given(kind: Kind, host: &str) -> Vec<Given> {
    listed(kind, host, None)
}

/// All that it is given in an operation on the cluster that it is part of.
pub(super) fn given_in(kind: Kind, host: &str, operation: Operation) -> Vec<Given> {
    listed(kind, host, Some(operation))
}

fn listed(kind: Kind, host: &str, operation: Option<Operation>) -> Vec<Given> {
    listed_for(cluster(kind.version), kind, host, operation)
}

/// The same for another cluster than that of [`SPEC`].
pub(super) fn listed_for(
    mut cluster: Cluster,
    kind: Kind,
    host: &str,
    operation: Option<Operation>,
) -> Vec<Given> {
    if kind.secure {
        cluster.security = Security {
            profile: Some(Profile::Cis),
            encryption: Encryption { enabled: true },
            audit: Audit { enabled: true, ..Audit::default() },
        };
    }
    let bundle =
        (kind.source == Source::Bundle).then(|| bundle(&cluster, kind.family == Family::Debian));
    let mut world = World::new(cluster, bundle);
    if kind.family == Family::Redhat {
        for answer in world.answers.values_mut() {
            *answer = answer
                .replace("ID=debian", "ID=rocky\nID_LIKE=\"rhel centos fedora\"")
                .replace("VERSION_CODENAME=bookworm\n", "")
                .replace("package-manager apt-get", "package-manager dnf");
        }
    }
    let mut inventory = world.inventory();
    if let Some(facts) = inventory.facts.get_mut("m1").filter(|_| kind.secure) {
        facts.pki.insert(crate::encryption::FILE.to_owned(), ENCRYPTION.to_owned().into());
    }
    let join = Join {
        needed: true,
        token_id: "abcdef".into(),
        token_secret: "0123456789abcdef".to_owned().into(),
        token: "abcdef.0123456789abcdef".to_owned().into(),
        manifest: "{\"kind\": \"Secret\"}".to_owned().into(),
    };
    let kubelets = [(host.to_owned(), "A KEY".to_owned().into())].into();
    let cluster = &world.site.cluster;
    let is_encrypted = cluster.security.encryption.enabled;
    let encryption =
        is_encrypted.then(|| EncryptionKeys::of(&inventory, cluster)).transpose().unwrap();
    let etcd = world.site.etcd.clone();
    let secrets = Secrets { pki: kubeadms_pki(), join, encryption, etcd, kubelets };
    let nodes: Value = serde_json::from_str(&nodes_of(&world.site.cluster)).unwrap();
    let site = &world.site;
    let known = Known {
        cluster: &site.cluster,
        bundle: site.bundle.as_ref(),
        inventory: &inventory,
        secrets: Some(&secrets),
        moving: None,
        leaving: None,
        registered: [("nodes".to_owned(), nodes)].into(),
        run: "20261120-061530-4f2a",
    };
    let host: &Host = site.cluster.host(host).unwrap();
    let first = site.cluster.first_control_plane();
    let context = known.context(host).unwrap();
    let files = site.bundle.iter().flat_map(|bundle| &bundle.manifest().files);
    let blob = |file: &provisioner_bundle::File| {
        let blob = provisioner_playbook::Blob { sha256: file.sha256.clone(), size: file.size };
        (file.path.to_string(), blob)
    };
    let snapshot = provisioner_playbook::Blob { sha256: "0".repeat(64), size: 32 };
    let own = std::iter::once((crate::SNAPSHOT.to_owned(), snapshot));
    let blobs = files.map(blob).chain(own).collect();
    let mut given = Vec::new();
    let stages = match operation {
        None => site.library.stages(),
        Some(operation) => site.library.stages_of(operation.name()).unwrap(),
    };
    for stage in stages.iter().filter(|stage| site.library.is_wanted(stage, &context).unwrap()) {
        for playbook in site.library.playbooks_in(stage).filter(|one| is_for(one, host, first)) {
            let steps = site.library.steps(playbook, &context, &blobs).unwrap();
            given.extend(steps.into_iter().map(|step| Given { stage: stage.name.clone(), step }));
        }
    }
    given
}

pub(super) fn cluster(version: &str) -> Cluster {
    cluster_with(version, "", "")
}

/// With something else in place of a part of the spec.
pub(super) fn cluster_with(version: &str, part: &str, other: &str) -> Cluster {
    let spec = SPEC.replace("VERSION", version);
    assert!(spec.contains(part), "{part}");
    let spec = if part.is_empty() { spec } else { spec.replace(part, other) };
    let cluster = provisioner_spec::parse(&spec, "spec.yaml");
    cluster.unwrap_or_else(|error| panic!("{}", error.render(false)))
}

/// A step a paragraph, keys and certificates by their names only.
pub(super) fn listing(kind: Kind, host: &str) -> String {
    listing_of(given(kind, host))
}

/// The same of steps.
pub(super) fn listing_of(all: Vec<Given>) -> String {
    let pki = kubeadms_pki();
    let mut text = String::new();
    let mut stage = String::new();
    for given in all {
        if given.stage != stage {
            stage = given.stage;
            text.push_str(&format!("==== {stage}\n\n"));
        }
        text.push_str(&paragraph(&given.step));
    }
    masked(&text, &pki)
}

fn paragraph(step: &Step) -> String {
    let mut words = Vec::new();
    words.extend(step.mark.as_ref().map(|_| "handler".to_owned()));
    words.extend(step.secret.then(|| "secret".to_owned()));
    words.extend(step.detach.then(|| "detached".to_owned()));
    words.push(format!("{} s", step.timeout_seconds));
    words.extend((!step.notify.is_empty()).then(|| format!("notifies {}", step.notify.join(", "))));
    let mut text = format!("-- {}: {} ({})\n", step.playbook, step.name, words.join(", "));
    let mut field = |name: &str, value: &str| match value {
        "" => {}
        value if !value.trim_end().contains('\n') => {
            text.push_str(&format!("{name}: {}\n", value.trim_end()));
        }
        value => {
            text.push_str(&format!("{name}:\n"));
            for line in value.lines() {
                text.push_str(format!("    {line}").trim_end());
                text.push('\n');
            }
        }
    };
    field("only if", step.only_if.as_deref().unwrap_or_default());
    match &step.action {
        Action::File { dest, mode, owner, group, content } => {
            field("file", &format!("{dest} {mode} {owner}:{group}"));
            field("content", content.expose());
        }
        Action::Unit { name, content } => {
            field("unit", name);
            field("content", content.expose());
        }
        Action::Block { path, marker, text } => {
            field("block", &format!("{path} {marker}"));
            field("content", text);
        }
        Action::Command { run, creates, unless, stdin, undo } => {
            field("run", run);
            field("creates", creates);
            field("unless", unless);
            field("stdin", stdin.expose());
            if let Some(undo) = undo {
                field("undo", &undo.key);
                field("before", &undo.before);
                field("then", &undo.run);
            }
        }
        Action::Query { run, register } => field(&format!("query {register}"), run),
        Action::Wait { until, reason } => {
            field("until", until);
            field("reason", reason);
        }
        other => field("action", &format!("{other:?}")),
    }
    text.push('\n');
    text
}

fn masked(text: &str, pki: &ClusterPki) -> String {
    let mut text = text.replace(&BASE64_STANDARD.encode(&pki.ca.cert_pem), "[ca.crt in base64]");
    for file in pki.files() {
        let mut contents = String::new();
        for line in file.contents.expose_secret().lines() {
            contents.push_str(&format!("    {line}\n"));
        }
        text = text.replace(&contents, "    [its contents]\n");
    }
    assert!(!text.contains("-----BEGIN"), "{text}");
    text
}
