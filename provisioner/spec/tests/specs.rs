//! The specs to start from, and what resolving them fills in.

use camino::Utf8Path;
use provisioner_spec::{
    Cluster, Known, ParsedSpec, ProxyMode, STARTER, STARTER_EKS, SecretSource, Spec, parse, read,
    read_spec, read_with,
};
use std::{fs, io};

fn sound(text: &str, name: &str) -> Cluster {
    read(text, name).unwrap_or_else(|diagnostics| panic!("{diagnostics}")).cluster
}

fn parsed(text: &str, name: &str) -> ParsedSpec {
    read_spec(text, name).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

fn sound_spec(text: &str, name: &str) -> Spec {
    parsed(text, name).spec
}

#[test]
fn a_profile_is_all_of_it_unless_the_spec_says_otherwise() {
    let security = |text: &str| {
        let text = format!("{}\n  security: {text}\n", include_str!("good/platform.yaml"));
        sound(&text, "spec").security
    };
    let switches = |text: &str| {
        let security = security(text);
        (security.encryption.enabled, security.audit.enabled)
    };
    assert_eq!(switches("{}"), (false, false));
    assert_eq!(switches("{profile: cis}"), (true, true));
    assert_eq!(switches("{profile: cis, encryption: {enabled: false}}"), (false, true));
    assert_eq!(switches("{audit: {policy: ./audit.yaml}}"), (false, true));
    assert_eq!(switches("{audit: {policy: ./audit.yaml, enabled: false}}"), (false, false));
    assert_eq!(security("{audit: {maxBackups: 3}}").audit.max_backups, 3);
}

#[test]
fn whoever_reads_a_spec_looks_at_the_files_that_it_names() {
    let text = format!(
        "{}\n  security: {{audit: {{policy: a.yaml}}}}\n  hooks: [{{before: init, playbook: b.yaml}}]\n",
        include_str!("good/platform.yaml")
    );
    let refuse = |path: &Utf8Path| Err(format!("{path}:3: it is wrong"));
    let known = Known::builtin().with_policies(refuse).with_playbooks(refuse);
    let diagnostics = read_with(&text, "spec", known).expect_err("both are wrong");
    let told: Vec<_> = diagnostics.iter().map(|one| (one.code, one.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("invalid-policy", "a.yaml:3: it is wrong"),
            ("invalid-playbook", "b.yaml:3: it is wrong")
        ]
    );
    let known = Known::builtin().with_places(["elsewhere".to_owned()]);
    let diagnostics = read_with(&text, "spec", known).expect_err("there is no stage init");
    assert_eq!(diagnostics.iter().map(|one| one.code).collect::<Vec<_>>(), ["unknown-stage"]);
}

#[test]
fn shipped_specs_are_sound_and_survive_a_round_trip() -> io::Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cluster-specs");
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/good");
    let mut count = 0;
    for entry in fs::read_dir(folder)?.chain(fs::read_dir(good)?) {
        let path = entry?.path();
        let name = path.display().to_string();
        let spec = sound_spec(&fs::read_to_string(&path)?, &name);
        let yaml = spec.to_yaml();
        assert_eq!(sound_spec(&yaml, &name), spec, "{yaml}");
        assert_eq!(sound_spec(&yaml, &name).to_yaml(), yaml);
        count += 1;
    }
    assert!(count >= 8, "only {count} specs");
    Ok(())
}

#[test]
fn the_starter_names_every_role() {
    let cluster = sound(STARTER, "starter");
    assert_eq!(cluster.control_planes().len(), 3);
    assert_eq!(cluster.load_balancers().len(), 3);
    assert_eq!(cluster.first_control_plane(), cluster.host("m1"));
    assert_eq!(cluster.all_hosts().count(), 5);
}

#[test]
fn a_minimal_spec_is_resolved() {
    let minimal = include_str!("good/minimal.yaml");
    insta::assert_snapshot!(sound(minimal, "minimal.yaml").to_yaml());
}

#[test]
fn everything_is_resolved() {
    let everything = include_str!("good/everything.yaml");
    insta::assert_snapshot!(sound(everything, "everything.yaml").to_yaml());
}

#[test]
fn load_balancers_leave_the_port_of_the_api_to_the_vip() {
    let cluster = sound(include_str!("good/load-balancers.yaml"), "load-balancers.yaml");
    let names: Vec<_> = cluster.load_balancers().iter().map(|host| host.name.as_str()).collect();
    assert_eq!(names, ["lb1", "lb2"]);
    assert_eq!(cluster.hosts.api_endpoint.port, 6443);
    assert_eq!((cluster.nodes().count(), cluster.all_hosts().count()), (4, 6));
    assert_eq!(cluster.foreign_endpoint(), None);
    let none = include_str!("good/platform.yaml");
    assert!(!sound(none, "platform.yaml").to_yaml().contains("loadBalancers"));
}

#[test]
fn of_two_ranges_the_first_is_of_the_primary_family() {
    let cluster = sound(include_str!("good/dual-stack.yaml"), "dual-stack.yaml");
    let network = &cluster.network;
    assert!(network.is_dual_stack());
    assert_eq!(network.pod_cidr.to_string(), "fd00:10:244::/56,10.244.0.0/16");
    assert_eq!(network.pod_cidr.ipv4(), "10.244.0.0/16".parse().ok());
    assert_eq!(network.pod_cidr.ipv6(), Some(network.pod_cidr.primary));
    assert_eq!(network.dns.address.to_string(), "fd00:10:96::a");
    let w1 = cluster.host("w1").expect("w1").addresses().map(|address| address.to_string());
    assert_eq!(w1.collect::<Vec<_>>(), ["fd00:1::21", "192.168.10.21"]);
    assert!(!sound(include_str!("good/ipv6.yaml"), "ipv6.yaml").network.is_dual_stack());
}

#[test]
fn defaults_follow_the_version() {
    let of = |version: &str| {
        let minimal = include_str!("good/minimal.yaml").replace("v1.30.4", version);
        let cluster = sound(&minimal, version);
        (cluster.kubernetes.image_repository, cluster.network.proxy.mode)
    };
    assert_eq!(of("1.24.17"), ("k8s.gcr.io".to_owned(), ProxyMode::Iptables));
    assert_eq!(of("1.25.0"), ("registry.k8s.io".to_owned(), ProxyMode::Iptables));
    assert_eq!(of("1.32.9"), ("registry.k8s.io".to_owned(), ProxyMode::Iptables));
    assert_eq!(of("1.33.0"), ("registry.k8s.io".to_owned(), ProxyMode::Nftables));
}

#[test]
fn what_is_deprecated_is_told_and_stands_in_nobodys_way() {
    let spec = include_str!("good/platform.yaml");
    let told = parsed(spec, "platform.yaml").warnings.render(false);
    insta::assert_snapshot!(told);
    let before = spec.replace("version: 1.36.2", "version: 1.34.1");
    assert!(parsed(&before, "platform.yaml").warnings.is_empty());
}

#[test]
fn hosts_override_what_is_said_for_all() {
    let cluster = sound(include_str!("good/everything.yaml"), "everything.yaml");
    let (general, own) = (&cluster.hosts.ssh, &cluster.host("w1").expect("w1").ssh);
    assert_eq!(own.user.as_deref(), Some("root"));
    assert_eq!(own.password, Some(SecretSource::Env("OTHER".to_owned())));
    assert_eq!(own.private_key, general.private_key);
    assert_eq!(own.bastion, general.bastion);
    assert!(!own.sudo && own.sudo_password.is_none());
    assert_eq!(cluster.hosts.api_endpoint.router_id, Some(42));
}

#[test]
fn the_starter_for_eks_is_resolved() {
    let parsed = parsed(STARTER_EKS, "eks.yaml");
    assert!(parsed.unavailable.is_empty() && parsed.warnings.is_empty());
    insta::assert_snapshot!(parsed.spec.to_yaml());
}

#[test]
fn everything_of_eks_is_resolved() {
    let everything = include_str!("good/eks-everything.yaml");
    insta::assert_snapshot!(sound_spec(everything, "eks-everything.yaml").to_yaml());
}

#[test]
fn addons_that_call_aws_have_roles() {
    let text = include_str!("good/eks-addons.yaml");
    insta::assert_snapshot!(sound_spec(text, "eks-addons.yaml").to_yaml());
    let Spec::Eks(disabled) = sound_spec(
        &text.replace("cluster-autoscaler: {}", "cluster-autoscaler: {enabled: false}"),
        "eks-addons.yaml",
    ) else {
        panic!("it is on EKS");
    };
    let identities = &disabled.eks.pod_identities;
    let names: Vec<_> = identities.iter().map(|one| one.service_account.as_str()).collect();
    assert_eq!(names, ["writer"]);
}

#[test]
fn fargate_profiles_are_resolved() {
    let text = include_str!("good/eks-fargate.yaml");
    insta::assert_snapshot!(sound_spec(text, "eks-fargate.yaml").to_yaml());
}

#[test]
fn a_cluster_on_eks_is_not_taken_for_one_on_hosts() {
    let diagnostics = parse(STARTER_EKS, "eks.yaml").expect_err("it is on EKS");
    assert_eq!(diagnostics.iter().map(|one| one.code).collect::<Vec<_>>(), ["not-for-eks"]);
}
