//! What preflight says of things that only a real network, a real cluster or a real bundle can be.

use camino::Utf8Path;
use provisioner_tests::{Program, Run, Spec, altered_bundle, bundle, newer_bundle, version_of};
use serde_json::Value;

use crate::story::Story;

const ROUTER_ID: u8 = 77;
const INSTALL: &str =
    "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends";
const PURGE: &str = "DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq --autoremove";

pub(crate) fn preflight_finds_what_is_wrong(story: &Story) {
    let own = bundle();
    a_host_has_another_authority(story);

    let mut newer = story.spec.clone();
    newer.set("spec.kubernetes.version", version_of(newer_bundle()));
    refuses(story, &newer, Some(own), &["bundle-version", "cluster-version"]);

    let folder = story.program.home().join("bundle");
    altered_bundle(&folder, |manifest| manifest["architecture"] = "arm64".into());
    refuses(story, &story.spec, Some(&folder), &["bundle-architecture"]);
    altered_bundle(&folder, |manifest| {
        let images = manifest["images"].as_sequence_mut().expect("images");
        images.retain(|image| image["file"] != "images/etcd.tar");
    });
    refuses(story, &story.spec, Some(&folder), &["bundle-images"]);

    // Nobody has packages of a version before 1.24, and that registry does not exist.
    story.lab.shell("m1", &format!("{INSTALL} curl"));
    let mut online = story.spec.clone();
    let registry = format!("{}:5000/kubernetes", story.lab.address_of("e1"));
    online.set("spec.kubernetes.imageRepository", registry);
    let is_old = ["1.19.", "1.20.", "1.21.", "1.22.", "1.23."]
        .iter()
        .any(|minor| version_of(own).starts_with(minor));
    let checks = ["package-source", "registry"];
    refuses(story, &online, None, if is_old { &checks } else { &checks[1..] });
    story.program.set_spec(&story.spec);
}

/// A VRRP router that is none of the spec's hosts: e1, which this spec does not name. Heard for as
/// long as no control plane is one itself.
pub(crate) fn a_stranger_has_the_router_id(story: &Story) {
    let address = story.lab.address_of("e1");
    // What m1 listens with.
    story.lab.shell("m1", &format!("{INSTALL} nftables"));
    story.lab.shell(
        "e1",
        &format!(
            "{INSTALL} keepalived
             link=$(ip -o -4 address show to {address} | awk '{{ print $2 }}')
             printf 'vrrp_instance stranger {{\\n interface %s\\n virtual_router_id {ROUTER_ID}\\n\
                 virtual_ipaddress {{\\n 192.0.2.77\\n }}\\n}}\\n' \"$link\" >/etc/keepalived/keepalived.conf
             systemctl restart keepalived"
        ),
    );
    story.lab.wait("e1", "ip -o address show | grep -F 192.0.2.77");
    let mut spec = story.spec.clone();
    spec.set("spec.hosts.apiEndpoint.routerId", ROUTER_ID);
    spec.remove("spec.hosts.edge");
    refuses(story, &spec, Some(bundle()), &["router-id"]);
    story.lab.shell("e1", &format!("{PURGE} keepalived"));
    story.lab.shell("m1", &format!("{PURGE} nftables"));
    story.program.set_spec(&story.spec);
}

fn a_host_has_another_authority(story: &Story) {
    let other = story.lab.shell("m1", "cat /etc/kubernetes/pki/etcd/ca.crt");
    let place = "/etc/kubernetes/pki/ca.crt";
    story.lab.shell(
        "w1",
        &format!("cat >/run/other.crt <<'END'\n{other}\nEND\nmount --bind /run/other.crt {place}"),
    );
    refuses(story, &story.spec, Some(bundle()), &["certificate-authority"]);
    story.lab.shell("w1", &format!("umount {place}; rm /run/other.crt"));
}

/// Preflight refuses, by these checks and no other.
fn refuses(story: &Story, spec: &Spec, bundle: Option<&Utf8Path>, checks: &[&str]) {
    story.program.set_spec(spec);
    let preflight = preflight(&story.program, bundle).expect(4);
    let report = preflight.json();
    let errors = report["findings"].as_array().expect("findings").iter();
    let mut found: Vec<&str> = errors
        .filter(|finding| finding["severity"] == "error")
        .filter_map(|finding| finding["check"].as_str())
        .collect();
    found.dedup();
    assert_eq!(found, checks, "{}", Value::to_string(&report["findings"]));
}

fn preflight(program: &Program, bundle: Option<&Utf8Path>) -> Run {
    let bundle = bundle.map(|bundle| ["--bundle", bundle.as_str()]);
    let options: Vec<&str> =
        ["--output", "json"].into_iter().chain(bundle.into_iter().flatten()).collect();
    program.run("preflight", &options)
}
