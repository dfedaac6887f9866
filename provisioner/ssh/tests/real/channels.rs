//! Commands and tunnels on one connection.

use std::time::Duration;

use futures::future::join_all;
use provisioner_ssh::{Connector, Exit, Options, SshError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::sshd::Sshd;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn real_twelve_commands_at_once_queue() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let directory = sshd.path("running");
    std::fs::create_dir(&directory).unwrap();
    // Each notes how many run beside it.
    let command =
        format!("touch {directory}/$$; sleep 0.3; ls {directory} | wc -l; rm {directory}/$$");
    let commands = (0..12).map(|_| connection.run(&command, b"", 1024));
    let mut most = 0;
    for said in join_all(commands).await {
        let said = String::from_utf8(said.unwrap().stdout).unwrap();
        most = most.max(said.trim().parse::<usize>().unwrap());
    }
    assert!((2..=8).contains(&most), "{most} at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_host_that_allows_fewer_sessions_refuses_clearly() {
    let sshd = Sshd::with_settings("MaxSessions 1");
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let first = connection.open("cat").await.unwrap();
    let error = connection.open("true").await.unwrap_err();
    assert!(matches!(error, SshError::ChannelRefused { .. }), "{error:?}");
    drop(first);
    // Dropping the first command hung up on it, so its place becomes free.
    timeout(SOON, async {
        while connection.open("true").await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn real_slow_reader_and_stuck_writer_do_not_hold_others_up() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    // Far more than a window, read by nobody for now.
    let mut slow = connection.open("head -c 50000000 /dev/zero").await.unwrap();
    // A command that reads nothing; the writer soon waits for window.
    let mut deaf = connection.open("sleep 60").await.unwrap();
    let stuck = tokio::spawn(async move {
        let written = deaf.stdin.write_all(&vec![0; 100 << 20]).await;
        (written, deaf)
    });
    for _ in 0..5 {
        let said = timeout(SOON, connection.run("echo fine", b"", 1024)).await.unwrap().unwrap();
        assert_eq!(said.stdout, b"fine\n");
    }
    assert!(!stuck.is_finished());
    stuck.abort();
    let mut all = Vec::new();
    slow.stdout.read_to_end(&mut all).await.unwrap();
    assert_eq!(all.len(), 50_000_000);
    assert_eq!(slow.wait().await.unwrap(), Exit::Status(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_input_ends_when_dropped_and_breaks_when_nobody_reads() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let process = connection.open("cat; echo done").await.unwrap();
    let provisioner_ssh::Process { stdin, mut stdout, stderr: _stderr, exit: _exit } = process;
    drop(stdin);
    let mut said = String::new();
    timeout(SOON, stdout.read_to_string(&mut said)).await.unwrap().unwrap();
    assert_eq!(said, "done\n");

    let mut gone = connection.open("exec 0<&-; exit 7").await.unwrap();
    let written = timeout(SOON, gone.stdin.write_all(&vec![0; 100 << 20])).await.unwrap();
    assert_eq!(written.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    assert_eq!(gone.wait().await.unwrap(), Exit::Status(7));
    assert_eq!(gone.wait().await.unwrap(), Exit::Status(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_captured_output_is_bounded() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let said = connection.run("seq 1 100000; seq 1 9 >&2", b"", 6).await.unwrap();
    assert_eq!((said.stdout, said.stderr), (b"00000\n".to_vec(), b"\n7\n8\n9\n"[1..].to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_tunnel_carries_both_ways() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let echo = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut reader, mut writer) = stream.split();
        tokio::io::copy(&mut reader, &mut writer).await.unwrap()
    });
    let tunnel = connection.tunnel("127.0.0.1", port).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(tunnel);
    let sent = vec![7; 20 << 20];
    let mut received = Vec::new();
    let write = async {
        writer.write_all(&sent).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    let ((), read) = tokio::join!(write, reader.read_to_end(&mut received));
    read.unwrap();
    assert!(received == sent);
    assert_eq!(echo.await.unwrap(), 20 << 20);

    let error = connection.tunnel("127.0.0.1", 1).await.unwrap_err();
    assert!(matches!(error, SshError::ChannelRefused { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_channels_survive_new_keys() {
    let sshd = Sshd::with_settings("RekeyLimit 3M\nLogLevel DEBUG1");
    let options = Options { rekey_after: 2 << 20, ..sshd.options() };
    let connection = Connector::new(options).connect(&sshd.endpoint()).await.unwrap();
    let input = vec![b'x'; 20 << 20];
    let commands = (0..3).map(|_| connection.run("cat", &input, input.len()));
    for said in timeout(Duration::from_mins(1), join_all(commands)).await.unwrap() {
        assert!(said.unwrap().stdout == input);
    }
    let exchanges = sshd.log().matches("SSH2_MSG_NEWKEYS received").count();
    assert!(exchanges > 10, "{exchanges} exchanges of keys");
}
