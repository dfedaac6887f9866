//! What hosts are given: files, scripts and commands, for all kinds of sites.

use std::collections::BTreeMap;

use provisioner_playbook::Action;
use serde_yaml::Value;
use similar::TextDiff;

use super::listing::Family::{Debian, Redhat};
use super::listing::Source::{Bundle, Repository};
use super::listing::{Kind, cluster_with, given, given_in, listed_for, listing};
use super::shell_text::{assert_sound, texts};
use crate::Operation;

/// One of each of kubeadm's formats.
const VERSIONS: [&str; 3] = ["1.36.2", "1.28.15", "1.20.2"];
const HOSTS: [&str; 3] = ["m1", "w1", "e1"];
/// What the others are compared with.
const BASE: Kind = Kind { version: "1.36.2", source: Repository, family: Debian, secure: false };

fn all_kinds() -> Vec<Kind> {
    let mut kinds = Vec::new();
    for version in VERSIONS {
        for source in [Repository, Bundle] {
            for family in [Debian, Redhat] {
                let kind = Kind { version, source, family, secure: false };
                kinds.push(kind);
                kinds.push(Kind { secure: true, ..kind });
            }
        }
    }
    kinds
}

/// What differs on the first control plane and on a worker.
fn difference(one: Kind, other: Kind) -> String {
    let of = |host: &str| {
        let (one, other) = (listing(one, host), listing(other, host));
        let diff = TextDiff::from_lines(&one, &other);
        let hunks = diff.unified_diff().context_radius(1).to_string();
        // Where in the file a hunk lies changes with everything above it.
        hunks
            .lines()
            .map(|line| if line.starts_with("@@") { "@@" } else { line })
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!("on m1\n{}\non w1\n{}\n", of("m1"), of("w1"))
}

#[test]
fn a_control_plane_is_given() {
    insta::assert_snapshot!(listing(BASE, "m1"));
}

#[test]
fn a_worker_is_given() {
    insta::assert_snapshot!(listing(BASE, "w1"));
}

#[test]
fn an_edge_node_differs_from_a_worker_by_itself_only() {
    let (worker, edge) = (listing(BASE, "w1"), listing(BASE, "e1"));
    let diff = TextDiff::from_lines(&worker, &edge);
    insta::assert_snapshot!(diff.unified_diff().context_radius(0).to_string());
}

#[test]
fn older_versions_differ() {
    for version in &VERSIONS[1..] {
        let name = format!("version-{version}");
        insta::assert_snapshot!(name, difference(BASE, Kind { version, ..BASE }));
    }
}

#[test]
fn a_bundle_replaces_the_repositories() {
    for version in VERSIONS {
        let repository = Kind { version, ..BASE };
        let name = format!("bundle-{version}");
        insta::assert_snapshot!(
            name,
            difference(repository, Kind { source: Bundle, ..repository })
        );
    }
}

#[test]
fn security_in_the_format_of_each_version() {
    for version in VERSIONS {
        let plain = Kind { version, ..BASE };
        insta::assert_snapshot!(
            format!("security-{version}"),
            difference(plain, Kind { secure: true, ..plain })
        );
    }
}

#[test]
fn the_redhat_family_differs() {
    let of = |version, source| {
        let debian = Kind { version, source, ..BASE };
        difference(debian, Kind { family: Redhat, ..debian })
    };
    insta::assert_snapshot!("redhat", of("1.36.2", Repository));
    insta::assert_snapshot!("redhat-with-a-bundle", of("1.36.2", Bundle));
    for version in &VERSIONS[1..] {
        // The same in every version, but for the version.
        let minor = |version: &str| format!("v{}", version.rsplit_once('.').unwrap().0);
        let here = of(version, Repository).replace(&minor(version), &minor("1.36.2"));
        assert_eq!(here.replace(version, "1.36.2"), of("1.36.2", Repository), "{version}");
    }
}

#[test]
fn shells_and_shellcheck_have_nothing_against_the_shell_text() {
    let mut all = BTreeMap::new();
    for kind in all_kinds() {
        for host in HOSTS {
            let operations = Operation::ALL.into_iter().flat_map(|one| given_in(kind, host, one));
            for given in given(kind, host).into_iter().chain(operations) {
                for text in texts(&given.step) {
                    let origin = format!("{}: {}", given.step.playbook, given.step.name);
                    all.entry(text).or_insert(origin);
                }
            }
        }
    }
    assert!(all.len() > 50, "{}", all.len());
    assert_sound(&all);
}

/// The files of a host by path, of those that its steps leave there.
fn files(kind: Kind, host: &str) -> BTreeMap<String, String> {
    let file = |given: super::listing::Given| match given.step.action {
        Action::File { dest, content, .. } => Some((dest, content.expose().to_owned())),
        _ => None,
    };
    given(kind, host).into_iter().filter_map(file).collect()
}

fn documents(yaml: &str) -> Vec<Value> {
    use serde::Deserialize;
    let documents = serde_yaml::Deserializer::from_str(yaml).map(Value::deserialize);
    documents.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}:\n{yaml}"))
}

#[test]
fn every_structured_file_can_be_parsed() {
    let mut count = 0;
    for kind in all_kinds() {
        for host in HOSTS {
            for (path, content) in files(kind, host) {
                count += 1;
                let extension = path.rsplit('.').next().unwrap_or_default();
                match extension {
                    "yaml" => {
                        documents(&content);
                    }
                    "conflist" => {
                        serde_json::from_str::<serde_json::Value>(&content).unwrap();
                    }
                    "toml" => {
                        content
                            .parse::<toml::Table>()
                            .unwrap_or_else(|error| panic!("{path}: {error}\n{content}"));
                    }
                    _ => count -= 1,
                }
            }
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn kubeadm_is_told_in_the_format_of_its_version() {
    for kind in all_kinds().into_iter().filter(|kind| !kind.secure) {
        let api = match kind.version {
            "1.36.2" => "kubeadm.k8s.io/v1beta4",
            "1.28.15" => "kubeadm.k8s.io/v1beta3",
            _ => "kubeadm.k8s.io/v1beta2",
        };
        let is_list = kind.version == "1.36.2";
        let m1 = files(kind, "m1");
        let all = documents(&m1["/etc/provisioner/kubeadm.yaml"]);
        let kinds: Vec<&str> = all.iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(
            kinds,
            [
                "InitConfiguration",
                "ClusterConfiguration",
                "KubeletConfiguration",
                "KubeProxyConfiguration"
            ]
        );
        assert_eq!(all[0]["apiVersion"], api);
        assert_eq!(all[1]["apiVersion"], api);
        let arguments = &all[1]["apiServer"]["extraArgs"];
        let node = &all[0]["nodeRegistration"]["kubeletExtraArgs"];
        if is_list {
            assert_eq!(arguments[0]["name"], "audit-log-maxage", "{arguments:?}");
            assert_eq!(arguments[0]["value"], "30", "a text, not a number");
            assert_eq!(arguments.as_sequence().unwrap().len(), 2);
            assert_eq!(node[0]["name"], "node-ip");
        } else {
            assert_eq!(arguments["audit-log-maxage"], "30", "{arguments:?}");
            assert_eq!(node["node-ip"], "172.30.0.11");
        }
        assert_eq!(all[1]["controlPlaneEndpoint"], "172.30.0.100:8443");
        assert_eq!(all[2]["maxPods"], 200);
        assert_eq!(all[3]["mode"], "ipvs");
        for host in ["m1", "w1"] {
            let joining = documents(&files(kind, host)["/run/provisioner/join.yaml"]);
            assert_eq!(joining[0]["apiVersion"], api);
            let arguments = &joining[0]["nodeRegistration"]["kubeletExtraArgs"];
            assert_eq!(arguments.is_sequence(), is_list, "{arguments:?}");
        }
        let taints = documents(&files(kind, "w1")["/run/provisioner/join.yaml"]);
        assert_eq!(taints[0]["nodeRegistration"]["taints"][0]["key"], "dedicated");
    }
}

#[test]
fn what_the_kubelet_sets_aside_is_passed_through() {
    let of = "kubelet: {maxPods: 200}";
    let more = "kubelet: {systemReserved: {cpu: 200m, memory: 512Mi}, kubeReserved: {cpu: 200m, memory: 512Mi}, \
                evictionHard: {memory.available: 300Mi, nodefs.available: 10%}, featureGates: {GracefulNodeShutdown: true}}";
    for version in VERSIONS {
        let kind = Kind { version, ..BASE };
        let given = listed_for(cluster_with(version, of, more), kind, "m1", None);
        let rendered = given.into_iter().find_map(|given| match given.step.action {
            Action::File { dest, content, .. } if dest == "/etc/provisioner/kubeadm.yaml" => {
                Some(content.expose().to_owned())
            }
            _ => None,
        });
        let all = documents(&rendered.unwrap());
        let kubelet = all.iter().find(|one| one["kind"] == "KubeletConfiguration").unwrap();
        let text = serde_yaml::to_string(kubelet).unwrap();
        if version == VERSIONS[0] {
            insta::assert_snapshot!("reservations", text);
        }
        assert_eq!(kubelet["featureGates"]["GracefulNodeShutdown"], true, "{text}");
        assert_eq!(kubelet["evictionHard"]["memory.available"], "300Mi", "{text}");
    }
}

#[test]
fn files_with_secrets_are_for_root_alone() {
    for kind in all_kinds() {
        for host in HOSTS {
            for given in given(kind, host) {
                let Action::File { dest, mode, content, .. } = &given.step.action else { continue };
                let text = content.expose();
                let has_secret = text.contains("PRIVATE KEY") || text.contains("0123456789abcdef");
                if has_secret {
                    assert_eq!(mode, "0600", "{dest}");
                    assert!(given.step.secret, "{dest}");
                }
            }
        }
    }
}
