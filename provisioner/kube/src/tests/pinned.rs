use std::collections::BTreeSet;

use serde_json::Value;

use super::specs::library;
use crate::Lock;
use crate::addon::Chart;

/// Of every chart that an addon names the digest is known, but for those of which the lock file says why not.
#[test]
fn charts_have_digests() {
    let library = library();
    let lock = Lock::open(library.known_charts(), None).unwrap();
    let charts: Vec<Chart> = library
        .iter()
        .flat_map(|addon| addon.parts.clone())
        .filter_map(|part| part.chart)
        // One that lies beside its addon is ours.
        .filter(|chart| chart.repository.is_some())
        .collect();
    let without = charts.iter().filter(|chart| lock.digest(chart).is_none());
    let without: BTreeSet<&str> = without.map(|chart| chart.name.as_str()).collect();
    let (heading, _) = library.known_charts().split_once("charts:\n").unwrap();
    let (_, named) = heading.split_once("Of the charts of").unwrap();
    for name in &without {
        assert!(named.contains(name), "{name} has no digest, and nobody says why");
    }
    let document: Value = serde_yaml::from_str(library.known_charts()).unwrap();
    for line in document["charts"].as_array().unwrap() {
        let is_this =
            |chart: &&Chart| line["name"] == *chart.name && line["version"] == *chart.version;
        assert!(charts.iter().any(|chart| is_this(&chart)), "nobody asks for {line}");
    }
}
