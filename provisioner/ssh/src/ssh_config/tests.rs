use camino::Utf8Path;
use proptest::prelude::*;

use super::*;
use crate::Endpoint;

fn here() -> Surroundings<'static> {
    Surroundings { home: Utf8Path::new("/home/me"), user: "me" }
}

fn resolved(config: &str, host: &str) -> HostConfig {
    resolve(config, host, here())
}

/// The route to a host, the nearest bastion first.
fn route(config: &str, host: &str) -> String {
    let mut hops = Vec::new();
    let mut next = Some(Box::new(endpoint(config, host, here())));
    while let Some(hop) = next {
        let Endpoint { user, host, port, via, .. } = *hop;
        hops.push(format!("{user}@{host}:{port}"));
        next = via;
    }
    hops.reverse();
    hops.join(" ")
}

#[test]
fn the_first_value_wins_and_identity_files_add_up() {
    let config = "
        User everywhere
        Host web* !web9
          HostName %h.example.com
          User late
          Port=2222
          IdentityFile ~/.ssh/%r_%h
          IdentitiesOnly yes
        # a comment
        Host *
          Port 22
          IdentityFile \"/keys/with space/%n%%\" # the common one
          Unknown keyword
    ";
    let web = resolved(config, "web1");
    assert_eq!(web.host_name.as_deref(), Some("web1.example.com"));
    assert_eq!(web.user.as_deref(), Some("everywhere"));
    assert_eq!(web.port, Some(2222));
    assert_eq!(web.identities_only, Some(true));
    assert_eq!(
        web.identity_files,
        ["/home/me/.ssh/everywhere_web1.example.com", "/keys/with space/web1%"]
    );
    let excluded = resolved(config, "web9");
    assert_eq!((excluded.host_name, excluded.port), (None, Some(22)));
}

#[test]
fn match_sections_hold_only_when_every_criterion_does() {
    let config = "
        Match originalhost db*,cache* !user root
          Port 1
        Match exec true
          Port 2
        Match all
          Port 3
    ";
    assert_eq!(resolved(config, "db1").port, Some(1));
    assert_eq!(resolved(&format!("User root\n{config}"), "db1").port, Some(3));
    assert_eq!(resolved(config, "web1").port, Some(3));
}

#[test]
fn jumps_form_a_chain_and_know_their_own_configuration() {
    let config = "
        Host inner
          ProxyJump ops@first:2201,ssh://second
        Host first
          HostName 10.0.0.1
          ProxyJump outer
        Host second
          Port 2202
          ProxyJump ignored
    ";
    assert_eq!(route(config, "inner"), "me@outer:22 ops@10.0.0.1:2201 me@second:2202 me@inner:22");
}

#[test]
fn jump_none_means_none_and_a_bastion_does_not_go_through_itself() {
    let config = "
        Host plain
          ProxyJump none
        Host *
          ProxyJump bastion
    ";
    assert_eq!(route(config, "plain"), "me@plain:22");
    assert_eq!(route(config, "web"), "me@bastion:22 me@web:22");
    assert_eq!(route("ProxyJump [fe80::1]:23", "web"), "me@fe80::1:23 me@web:22");
}

#[test]
fn of_jump_and_command_the_first_counts() {
    let command_first = resolved("ProxyCommand nc %h\nProxyJump bastion", "web");
    assert_eq!(command_first.proxy_command.as_deref(), Some("nc %h"));
    assert_eq!(command_first.proxy_jump, None);
    assert_eq!(resolved("ProxyCommand none\nProxyCommand nc %h", "web").proxy_command, None);
    let jump_first = resolved("ProxyJump none\nProxyCommand nc %h", "web");
    assert_eq!((jump_first.proxy_command, jump_first.proxy_jump), (None, Some(Vec::new())));
}

#[test]
fn an_agent_is_taken_where_its_socket_is_named() {
    let agent = |config| endpoint(config, "web", here()).agent;
    assert_eq!(agent("IdentityAgent ~/agent.%u"), Some("/home/me/agent.me".into()));
    assert_eq!(agent("IdentityAgent none"), None);
    assert_eq!(agent("IdentityAgent SSH_AUTH_SOCK"), None);
}

#[test]
fn known_hosts_files_come_from_the_first_line_that_names_some() {
    let config = "UserKnownHostsFile ~/a %d/b\nUserKnownHostsFile c";
    assert_eq!(resolved(config, "web").known_hosts, ["/home/me/a", "/home/me/b"]);
    assert!(resolved("UserKnownHostsFile none", "web").known_hosts.is_empty());
}

#[test]
fn included_files_belong_to_the_section_they_are_included_in() {
    let directory = tempfile::tempdir().unwrap();
    let home = Utf8Path::from_path(directory.path()).unwrap();
    let write = |name: &str, text: &str| {
        let file = home.join(".ssh").join(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, text).unwrap();
    };
    write("config", "Host web\nInclude conf.d/*.conf missing\nPort 3\nHost db\nPort 4\n");
    write("conf.d/1.conf", "User ops\nHost other\nUser none\n");
    write("conf.d/2.conf", "Host web\nHostName w.example\n");
    write("conf.d/ignored", "Host web\nHostName no.example\n");
    let config = read(&home.join(".ssh/config"), home).unwrap();
    let web = resolved(&config, "web");
    assert_eq!(web.user.as_deref(), Some("ops"));
    assert_eq!(web.host_name.as_deref(), Some("w.example"));
    assert_eq!(web.port, Some(3));
    assert_eq!(resolved(&config, "db").port, Some(4));

    write("loop", "Include loop\n");
    assert!(read(&home.join(".ssh/loop"), home).is_err());
}

proptest! {
    #[test]
    fn nothing_that_is_written_there_panics(
        config in "(?s)(Host|Match|User|Port|ProxyJump|IdentityFile|Include|[ =\"\\\\%~\n#,:@!*?\\[\\]a-z0-9]){0,60}",
        host in "\\PC{0,12}",
    ) {
        endpoint(&config, &host, here());
    }

    #[test]
    fn a_value_in_quotes_arrives_as_it_is(value in "[^\"\\\\\r\n%~]{1,20}") {
        let config = format!("User \"{value}\"");
        prop_assert_eq!(resolved(&config, "web").user, Some(value));
    }
}
