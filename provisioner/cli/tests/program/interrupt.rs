use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Home, spec};

const HOSTS: &str = "  hosts:
    controlPlane: [{name: m1, address: 192.0.2.11}]
";

/// Whoever connects there is never answered.
fn silent_host(home: &Home) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    home.file(".ssh/config", &format!("Host *\n  HostName 127.0.0.1\n  Port {port}\n"));
    listener
}

fn signal(child: &Child, name: &str) {
    let number = child.id().to_string();
    assert!(Command::new("kill").args(["-s", name, &number]).status().unwrap().success());
}

#[test]
fn an_interrupted_preflight_is_no_verdict() {
    let home = Home::new();
    let listener = silent_host(&home);
    let spec = home.file("spec.yaml", &spec(HOSTS));
    let mut child = Command::new(env!("CARGO_BIN_EXE_provisioner"))
        .args(["preflight", "-f", &spec, "--output", "json"])
        .env_clear()
        .env("HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _connection = listener.accept().unwrap();
    let begun = Instant::now();
    signal(&child, "INT");
    // Two signals at once may arrive as one.
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(5));
        signal(&child, "INT");
        std::thread::yield_now();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

#[test]
fn a_signal_ends_a_run_in_which_nothing_is_under_way_and_it_is_recorded() {
    let home = Home::new();
    let _listener = silent_host(&home);
    let spec = home.file("spec.yaml", &spec(HOSTS));
    let mut child = Command::new(env!("CARGO_BIN_EXE_provisioner"))
        .args(["plan", "-f", &spec, "--output", "json"])
        .env_clear()
        .env("HOME", home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut wait_for = |what: &str| lines.find(|line| line.contains(what)).unwrap();

    wait_for(r#""kind":"host""#);
    let begun = Instant::now();
    signal(&child, "TERM");
    wait_for("stopping after the running steps");
    let summary = wait_for(r#""kind":"summary""#);
    assert!(summary.contains(r#""outcome":"interrupted""#), "{summary}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());

    let runs = home.run(&["runs", "list", "--output", "json"]).json();
    assert_eq!(runs[0]["outcome"], "interrupted");
}
