use std::path::Path;

use provisioner_spec::{Cluster, SecretSource};
use provisioner_ssh::Endpoint;
use secrecy::{ExposeSecret, SecretString};

use super::world::access;
use crate::{Access, Secrets};

fn cluster(ssh: &str) -> Cluster {
    let spec = format!(
        "apiVersion: provisioner.dev/v1alpha1\nkind: Cluster\nmetadata: {{name: prod}}\nspec:\n  \
         kubernetes: {{version: 1.36.2}}\n  network: {{plugin: bridge}}\n  hosts:\n    ssh: {{{ssh}}}\n    \
         controlPlane: [{{name: m1, address: 10.0.0.11}}]\n"
    );
    let cluster = provisioner_spec::parse(&spec, "spec.yaml");
    cluster.unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn endpoint(access: &Access, ssh: &str) -> Endpoint {
    let cluster = cluster(ssh);
    let endpoint = access.endpoint(&cluster.control_planes()[0]);
    assert_eq!((endpoint.name.as_str(), endpoint.host.as_str()), ("m1", "10.0.0.11"));
    endpoint
}

fn configured(config: &str) -> Access {
    Access { ssh_config: config.to_owned(), ..access() }
}

/// `user@host:port key,key`, from the host back to the first bastion.
fn route(endpoint: &Endpoint) -> Vec<String> {
    std::iter::successors(Some(endpoint), |hop| hop.via.as_deref())
        .map(|hop| {
            let keys: Vec<&str> = hop.identity_files.iter().map(|key| key.as_str()).collect();
            format!("{}@{}:{} {}", hop.user, hop.host, hop.port, keys.join(",")).trim().to_owned()
        })
        .collect()
}

#[test]
fn without_a_word_it_is_root_at_port_22() {
    assert_eq!(route(&endpoint(&access(), "")), ["root@10.0.0.11:22"]);
}

#[test]
fn openssh_s_own_keys_are_those_that_are_there() {
    let home = tempfile::tempdir().unwrap();
    fs_err::create_dir(home.path().join(".ssh")).unwrap();
    for name in ["id_rsa", "id_ed25519", "id_dsa"] {
        fs_err::write(home.path().join(".ssh").join(name), "").unwrap();
    }
    let path = |name: &str| Path::new(".ssh").join(name);
    let access = Access { home: home.path().to_path_buf().try_into().unwrap(), ..access() };
    let found = endpoint(&access, "").identity_files;
    let expected: Vec<_> = ["id_ed25519", "id_rsa"].map(|name| home.path().join(path(name))).into();
    assert_eq!(found, expected);
}

#[test]
fn the_spec_counts_before_the_users_configuration() {
    let access = configured("Host 10.0.0.*\n  User ops\n  Port 2222\n  IdentityFile ~/.ssh/lab\n");
    assert_eq!(route(&endpoint(&access, "")), ["ops@10.0.0.11:2222 /nonexistent/.ssh/lab"]);
    let spec = "user: root, port: 22, privateKey: ~/key";
    assert_eq!(route(&endpoint(&access, spec)), ["root@10.0.0.11:22 /nonexistent/key"]);
}

#[test]
fn an_entry_for_the_name_counts_before_one_for_the_address() {
    let by_name = "Host m1\n  User named\n";
    let by_address = "Host 10.*\n  User addressed\n";
    let all = "Host *\n  User everyone\n  Port 7\n";
    let route = |config: &str| route(&endpoint(&configured(config), "")).join(" ");
    assert_eq!(route(&[by_name, by_address, all].concat()), "named@10.0.0.11:7");
    assert_eq!(route(&[by_address, all].concat()), "addressed@10.0.0.11:7");
    assert_eq!(route(all), "everyone@10.0.0.11:7");
    assert_eq!(
        route("Host m1\n  HostName elsewhere.example\n"),
        "root@10.0.0.11:22",
        "the spec says where"
    );
}

#[test]
fn bastions_of_the_configuration_are_complete_endpoints_each() {
    let mut access = configured(
        "Host m1\n  ProxyJump ops@outer:2201,inner\nHost inner\n  User deep\n  IdentityFile ~/.ssh/inner\n",
    );
    access.agent = Some("/run/agent".into());
    access.secrets = Secrets::new([
        (SecretSource::Env("PHRASE".into()), SecretString::from("opens keys")),
        (SecretSource::Env("WORD".into()), SecretString::from("of the host")),
    ]);
    let spec = "passphrase: {env: PHRASE}, password: {env: WORD}";
    let endpoint = endpoint(&access, spec);
    assert_eq!(
        route(&endpoint),
        ["root@10.0.0.11:22", "deep@inner:22 /nonexistent/.ssh/inner", "ops@outer:2201"]
    );
    let hops: Vec<&Endpoint> =
        std::iter::successors(Some(&endpoint), |hop| hop.via.as_deref()).collect();
    for hop in &hops {
        assert_eq!(hop.agent.as_deref(), Some("/run/agent".into()), "{}", hop.name);
        let phrase = hop.passphrase.as_ref().map(ExposeSecret::expose_secret);
        assert_eq!(phrase, Some("opens keys"), "{}", hop.name);
    }
    let passwords: Vec<bool> = hops.iter().map(|hop| hop.password.is_some()).collect();
    assert_eq!(passwords, [true, false, false], "a bastion is not told the host's password");
}

#[test]
fn a_bastion_without_a_user_is_entered_by_ones_own_name() {
    let endpoint = endpoint(&configured("Host *\n  ProxyJump gate\n"), "");
    assert_eq!(route(&endpoint), ["root@10.0.0.11:22", "me@gate:22"]);
}

#[test]
fn the_specs_bastions_replace_those_of_the_configuration() {
    let access = configured("Host m1\n  ProxyJump gate\nHost jump.example\n  Port 2200\n");
    let spec = "bastion: {address: jump.example, bastion: {address: far.example, user: ops}}";
    assert_eq!(
        route(&endpoint(&access, spec)),
        ["root@10.0.0.11:22", "root@jump.example:2200", "ops@far.example:22"]
    );
}
