//! From which versions to which (<https://kubernetes.io/releases/version-skew-policy/>).

use semver::Version;

use crate::preflight::{Finding, Severity};

/// What is wrong with bringing API servers and kubelets of these versions, each with its host, to
/// another one.
pub(crate) fn check(
    servers: &[(String, Version)],
    kubelets: &[(String, Version)],
    to: &Version,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong = |hosts: Vec<String>, message: String, remedy| {
        if !hosts.is_empty() {
            let severity = Severity::Error;
            findings.push(Finding { check: "upgrade-path", severity, hosts, message, remedy });
        }
    };
    let named = |list: &[(String, Version)], is_so: &dyn Fn(&Version) -> bool| -> Vec<String> {
        list.iter().filter(|(_, has)| is_so(has)).map(|(host, _)| host.clone()).collect()
    };
    let newer = |has: &Version| has > to;
    let message = |part: &str, list: &[(String, Version)]| {
        let newest = list.iter().map(|(_, has)| has).max();
        format!("the {part} is of {}, and cannot go back to {to}", text(newest))
    };
    let back = "Kubernetes is never downgraded: name a version that is not older";
    wrong(named(servers, &newer), message("API server", servers), back);
    wrong(named(kubelets, &newer), message("kubelet", kubelets), back);

    let far = |has: &Version| has.major != to.major || has.minor + 1 < to.minor;
    let oldest = servers.iter().map(|(_, has)| has).min();
    let step = oldest.map_or(to.minor, |has| has.minor + 1);
    wrong(
        named(servers, &far),
        format!("the API server is of {}: the next step is 1.{step}, not {to}", text(oldest)),
        "go one minor version at a time: `provisioner upgrade --to` the next one first",
    );

    let skew = allowed_skew(to.minor);
    let behind = |has: &Version| has.minor + skew < to.minor;
    let oldest = kubelets.iter().map(|(_, has)| has).min();
    wrong(
        named(kubelets, &behind),
        format!("the kubelet is of {}, more than {skew} minor versions behind {to}", text(oldest)),
        "finish the earlier upgrade first: `provisioner upgrade --to` the version of the API servers",
    );
    findings
}

/// How many minor versions a kubelet may be behind its API server (since 1.28: KEP-3935).
fn allowed_skew(minor: u64) -> u64 {
    if minor >= 28 { 3 } else { 2 }
}

fn text(version: Option<&Version>) -> String {
    version.map_or_else(|| "an unknown version".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use semver::Version;

    fn told(servers: &[(&str, &str)], kubelets: &[(&str, &str)], to: &str) -> Vec<String> {
        let list = |list: &[(&str, &str)]| -> Vec<(String, Version)> {
            list.iter()
                .map(|(host, has)| ((*host).to_owned(), has.parse().expect("a version")))
                .collect()
        };
        let findings = super::check(&list(servers), &list(kubelets), &to.parse().expect("one"));
        findings.iter().map(|one| format!("{}: {}", one.hosts.join(", "), one.message)).collect()
    }

    #[test]
    fn a_patch_and_the_next_minor_version_are_ways_to_go() {
        let nodes = [("m1", "1.20.2"), ("w1", "1.20.2")];
        assert_eq!(told(&nodes[..1], &nodes, "1.20.3"), [""; 0]);
        assert_eq!(told(&nodes[..1], &nodes, "1.21.0"), [""; 0]);
        assert_eq!(told(&nodes[..1], &nodes, "1.20.2"), [""; 0], "there already");
        let half = [("m1", "1.21.0"), ("m2", "1.20.2")];
        assert_eq!(told(&half, &half, "1.21.0"), [""; 0], "in the middle of it");
    }

    #[test]
    fn no_version_is_left_out() {
        let nodes = [("m1", "1.34.7"), ("m2", "1.35.1")];
        assert_eq!(
            told(&nodes, &nodes, "1.36.2"),
            ["m1: the API server is of 1.34.7: the next step is 1.35, not 1.36.2"]
        );
    }

    #[test]
    fn nothing_goes_back() {
        let nodes = [("m1", "1.36.2")];
        assert_eq!(
            told(&nodes, &nodes, "1.36.1"),
            [
                "m1: the API server is of 1.36.2, and cannot go back to 1.36.1",
                "m1: the kubelet is of 1.36.2, and cannot go back to 1.36.1"
            ]
        );
    }

    #[test]
    fn a_kubelet_may_lag_behind_so_far_only() {
        let servers = [("m1", "1.36.0")];
        assert_eq!(told(&servers, &[("w1", "1.33.9")], "1.36.2"), [""; 0]);
        assert_eq!(
            told(&servers, &[("w1", "1.32.0"), ("w2", "1.36.0")], "1.36.2"),
            ["w1: the kubelet is of 1.32.0, more than 3 minor versions behind 1.36.2"]
        );
        assert_eq!(told(&[("m1", "1.26.0")], &[("w1", "1.24.0")], "1.27.1").len(), 1);
    }
}
