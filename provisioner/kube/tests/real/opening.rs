use crate::world::World;

const DOOR: &[(&str, &str)] = &[
    (
        "page/addon.yaml",
        r"
name: page
about: A page that nobody serves.
version: 1.0.0
namespace: default
open:
  page: {namespace: default, service: page, port: 80, serviceAccount: visitor}
parts:
  - name: page
    manifests: [page.yaml.hbs]
",
    ),
    (
        "page/page.yaml.hbs",
        r"
apiVersion: v1
kind: ServiceAccount
metadata: {name: visitor}
---
apiVersion: v1
kind: Service
metadata: {name: page}
spec: {selector: {app: page}, ports: [{port: 80, protocol: TCP}]}
",
    ),
];

#[test]
fn real_a_page_without_a_pod_is_not_opened() {
    let world = World::with(DOOR);
    world.up("{page: {}}").expect(provisioner_engine::Outcome::Done);
    let error = world.open("{page: {}}", "page").unwrap_err().to_string();
    assert_eq!(
        error, "wait for the service default/page: no pod behind it is ready",
        "a token was made, and nobody is there"
    );
    let error = world.open("{page: {}}", "grafana").unwrap_err().to_string();
    assert_eq!(error, "open grafana: no enabled addon has it; there are page");
}
