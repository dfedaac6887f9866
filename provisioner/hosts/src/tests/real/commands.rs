//! A command of the user's on hosts.

use std::sync::Arc;

use provisioner_ssh::HostKeyPolicy;

use super::super::world::{World, access, site};
use super::sshd::Sshd;
use crate::{Access, ExecLine, ExecResult, HostsError, Site, Stream, exec};

/// The lab, all of whose hosts are this server.
fn lab(sshd: &Sshd) -> Arc<Site> {
    let mut cluster = World::lab().site.cluster.clone();
    let endpoint = sshd.endpoint("root");
    let edges = cluster.hosts.edge.iter_mut().flat_map(|edge| &mut edge.nodes);
    for host in
        cluster.hosts.control_plane.iter_mut().chain(&mut cluster.hosts.workers).chain(edges)
    {
        host.address = endpoint.host.parse().unwrap();
        host.ssh.port = Some(endpoint.port);
        host.ssh.private_key = Some(endpoint.identity_files[0].clone());
    }
    let access = Access {
        known_hosts: vec![sshd.path("known_hosts")],
        host_keys: HostKeyPolicy::AcceptNew,
        ..access()
    };
    Arc::new(Site { access, ..site(cluster, None) })
}

async fn on(sshd: &Sshd, on: Option<&str>, command: &str) -> (Vec<ExecLine>, Vec<ExecResult>) {
    let mut lines = Vec::new();
    let results = exec(lab(sshd), on, command, |line| lines.push(line)).await.unwrap();
    (lines, results)
}

/// What a command on one host prints on each of the two, and its exit code.
async fn said(sshd: &Sshd, command: &str) -> (Vec<String>, Vec<String>, u32) {
    let (lines, mut results) = on(sshd, Some("m1"), command).await;
    let of = |stream: Stream| {
        let lines = lines.iter().filter(|line| line.stream == stream);
        lines.map(|line| line.line.clone()).collect::<Vec<_>>()
    };
    let (stdout, stderr) = (of(Stream::Stdout), of(Stream::Stderr));
    (stdout, stderr, results.remove(0).code.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn real_output_that_is_not_utf_8_comes_and_ends() {
    let sshd = Sshd::start();
    let command = "printf 'one\\n\\377\\nthree\\n'; printf '\\376\\nend\\n' >&2; exit 5";
    let (stdout, stderr, code) = said(&sshd, command).await;
    assert_eq!(stdout, ["one", "\u{fffd}", "three"]);
    assert_eq!(stderr, ["\u{fffd}", "end"]);
    assert_eq!(code, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_lines_and_exit_codes_come_as_they_are() {
    let sshd = Sshd::start();
    let said = async |command: &str| said(&sshd, command).await;
    let none: [&str; 0] = [];
    for (command, stdout, code) in [
        ("printf 'one\\ntwo\\n'", ["one", "two"].as_slice(), 0),
        ("printf 'one\\ntwo'; exit 3", &["one", "two"], 3),
        ("printf 'one\\n\\n'", &["one", ""], 0),
        ("true", &none, 0),
        ("cat; echo no input", &["no input"], 0),
        ("no-such-command-anywhere", &none, 127),
        ("echo \"it's\" '\"quoted\"' \\$HOME; false", &["it's \"quoted\" $HOME"], 1),
    ] {
        let (lines, _, exit) = said(command).await;
        assert_eq!(
            (lines, exit),
            (stdout.iter().map(ToString::to_string).collect(), code),
            "{command}"
        );
    }
    let (lines, errors, _) = said("echo to both; echo complaint >&2").await;
    assert_eq!((lines[0].as_str(), errors[0].as_str()), ("to both", "complaint"));
    let (lines, ..) = said("umask; echo secret >/dev/null").await;
    assert_eq!(lines, ["0022"], "not that of the program's own files");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_results_come_in_the_order_of_the_spec() {
    let sshd = Sshd::start();
    let (lines, results) = on(&sshd, Some("control-plane"), "echo here").await;
    let hosts: Vec<&str> = results.iter().map(|result| result.host.as_str()).collect();
    assert_eq!(hosts, ["m1", "m2", "m3"]);
    assert_eq!(lines.len(), 3);
    let error = exec(lab(&sshd), Some("m9"), "true", |_| {}).await.unwrap_err();
    assert!(matches!(error, HostsError::NoSuchHost(name) if name == "m9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_command_that_ends_its_own_shell_has_no_exit_code() {
    let sshd = Sshd::start();
    let (_, mut results) = on(&sshd, Some("w1"), "kill -KILL $$; sleep 5").await;
    let error = results.remove(0).code.unwrap_err();
    assert!(matches!(error, HostsError::ShellEnded { .. }), "{error:?}");
}
