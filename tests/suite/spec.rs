use camino::{Utf8Path, Utf8PathBuf};
use serde_yaml::Value;

use crate::{TestLab, bundle, version_of};

const TEMPLATE: &str = include_str!("spec.yaml");

/// A spec for the hosts of a lab, as a file.
#[derive(Clone, Debug)]
pub struct Spec {
    document: Value,
}

impl Spec {
    /// All hosts of the lab in their roles; with several control planes also a VIP, .100. Where they have
    /// second addresses, with dual stack.
    pub fn of(lab: &TestLab) -> Self {
        let mut spec = Self { document: serde_yaml::from_str(TEMPLATE).expect("a template") };
        let names: Vec<&str> = lab.hosts().collect();
        let role = |letter| -> Vec<Value> {
            let hosts = names.iter().filter(|name| name.starts_with(letter));
            let host = |name: &&str| {
                let address = lab.address_of(name);
                let second = lab
                    .secondary_address_of(name)
                    .map_or_else(String::new, |second| format!(", secondaryAddress: '{second}'"));
                format!("{{name: {name}, address: {address}{second}}}")
            };
            hosts.map(|name| yaml(&host(name))).collect()
        };
        spec.set("metadata.name", lab.name());
        let version = version_of(bundle());
        spec.set("spec.kubernetes.version", version.as_str());
        if refuses_cgroup_v1(&version) {
            spec.set("spec.kubernetes.kubelet.failCgroupV1", false);
        }
        if names.iter().any(|name| lab.secondary_address_of(name).is_some()) {
            spec.set("spec.network.podCidr", "10.244.0.0/16,fd00:10:244::/56");
            spec.set("spec.network.serviceCidr", "10.96.0.0/12,fd00:10:96::/112");
        }
        spec.set("spec.hosts.network", lab.address(0) + "/24");
        spec.set("spec.hosts.ssh.privateKey", lab.private_key().as_str());
        spec.set("spec.hosts.controlPlane", role('m'));
        spec.set("spec.hosts.workers", role('w'));
        if !role('e').is_empty() {
            spec.set("spec.hosts.edge.nodes", role('e'));
        }
        if role('m').len() > 1 {
            let endpoint = format!("{{vip: {}, port: 8443}}", lab.address(100));
            spec.set("spec.hosts.apiEndpoint", yaml(&endpoint));
        }
        spec
    }

    /// Sets what is at a path such as `spec.kubernetes.version` or `spec.hosts.workers.0.ssh`.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        let mut at = &mut self.document;
        for key in path.split('.') {
            at = if let Ok(index) = key.parse::<usize>() {
                &mut at[index]
            } else {
                if at.is_null() {
                    *at = Value::Mapping(serde_yaml::Mapping::new());
                }
                let map = at.as_mapping_mut().expect("a map");
                map.entry(key.into()).or_insert(Value::Null)
            };
        }
        *at = value.into();
    }

    /// Takes away what is at a path of maps.
    pub fn remove(&mut self, path: &str) {
        let (parent, key) = path.rsplit_once('.').expect("a path below the document");
        let parent = parent.split('.').fold(&mut self.document, |at, key| &mut at[key]);
        parent.as_mapping_mut().expect("a map").remove(key).expect("what is to be removed");
    }

    /// The same with YAML text.
    pub fn set_yaml(&mut self, path: &str, text: &str) {
        self.set(path, yaml(text));
    }

    pub fn write(&self, folder: &Utf8Path) -> Utf8PathBuf {
        let path = folder.join("spec.yaml");
        let text = serde_yaml::to_string(&self.document).expect("YAML");
        fs_err::write(&path, text).expect("written");
        path
    }
}

/// From 1.35 on, unless it is told to take it (KEP-5573).
fn refuses_cgroup_v1(version: &str) -> bool {
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse().ok());
    minor.is_some_and(|minor: u32| minor >= 35)
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("YAML")
}
