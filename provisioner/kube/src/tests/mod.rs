mod alert_rules;
// The strict reading is that of the room that places CoreDNS' own.
#[path = "../../../hosts/src/tests/corefile.rs"]
mod corefile;
mod dashboards;
mod fetching_helm;
mod name_servers;
mod order;
mod pinned;
mod pruning;
mod rendering;
mod schemas;
mod specs;
mod upstream_charts;
