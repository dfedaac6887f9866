//! Becoming root, and the lock.

use std::path::Path;
use std::time::{Duration, Instant};

use provisioner_playbook::frames::Frame;
use tokio::time::timeout;

use super::sshd::{NONCE, PASSWORD, RUN, SOON, Sshd};
use crate::HostsError;
use crate::privilege::Privilege;
use crate::root_shell::RootShell;

async fn answers(sshd: &Sshd, user: &str, privilege: &Privilege) -> Result<String, HostsError> {
    let connection = sshd.connect(user).await;
    let mut shell = RootShell::start(&connection, privilege, NONCE).await?;
    shell.prepare(RUN, NONCE).await?;
    shell.send("id -u >\"$p_tmp/document\"; payload 'document id' \"$p_tmp/document\"\n").await?;
    match timeout(SOON, shell.next_frame()).await.unwrap()? {
        Frame::Document { text, .. } => Ok(text.trim().to_owned()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_any_login_shell_will_do_however_noisy() {
    let sshd = Sshd::start();
    let noise = sshd.connect("bash").await.run("true", b"", 1024).await.unwrap();
    assert_eq!(noise.stdout, b"Welcome\nhello ");
    for (user, shell) in [
        ("dash", "/bin/dash"),
        ("bash", "/bin/bash"),
        ("csh", "/bin/csh"),
        ("fish", "/usr/bin/fish"),
    ] {
        if Path::new(shell).exists() {
            let answer = answers(&sshd, user, &Privilege::Root).await;
            assert_eq!(answer.unwrap(), "0", "{user}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_login_that_is_not_root_s_says_so() {
    let sshd = Sshd::start();
    let started = Instant::now();
    let error = answers(&sshd, "ops", &Privilege::Root).await.unwrap_err();
    let HostsError::NotRoot { host, said } = &error else { panic!("{error:?}") };
    assert!(host.starts_with("m1 ("), "{host}");
    assert_eq!(said, "the login is not that of root");
    assert!(started.elapsed() < SOON);
    // Even where root was before.
    answers(&sshd, "root", &Privilege::Root).await.unwrap();
    let error = answers(&sshd, "ops", &Privilege::Root).await.unwrap_err();
    assert!(matches!(error, HostsError::NotRoot { .. }), "{error:?}");
}

/// sudo may be missing where nobody needs it.
fn has_sudo() -> bool {
    Path::new("/usr/bin/sudo").exists()
}

fn with_password(password: &str) -> Privilege {
    Privilege::Sudo(Some(password.to_owned().into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn real_sudo_takes_the_password_if_it_asks_for_one() {
    if !has_sudo() {
        return;
    }
    for rule in [
        "ops ALL=(ALL:ALL) ALL",
        "Defaults use_pty\nops ALL=(ALL:ALL) ALL",
        "ops ALL=(ALL:ALL) NOPASSWD: ALL",
    ] {
        let sshd = Sshd::with_sudo_rule(rule);
        assert_eq!(answers(&sshd, "ops", &with_password(PASSWORD)).await.unwrap(), "0", "{rule}");
    }
    let sshd = Sshd::with_sudo_rule("ops ALL=(ALL:ALL) NOPASSWD: ALL");
    assert_eq!(answers(&sshd, "ops", &Privilege::Sudo(None)).await.unwrap(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_what_sudo_says_is_told_within_seconds() {
    if !has_sudo() {
        return;
    }
    let said = async |rule: &str, privilege: Privilege| {
        let sshd = Sshd::with_sudo_rule(rule);
        let started = Instant::now();
        let error = answers(&sshd, "ops", &privilege).await.unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        let HostsError::NotRoot { said, .. } = error else { panic!("{error:?}") };
        assert!(!said.contains("wrong word"), "{said}");
        said
    };
    let rule = "ops ALL=(ALL:ALL) ALL";
    let wrong = said(rule, with_password("wrong word")).await;
    assert!(wrong.contains("try again") || wrong.contains("incorrect"), "{wrong}");
    let none = said(rule, Privilege::Sudo(None)).await;
    assert!(none.contains("password is required"), "{none}");
    let nobody = said("root ALL=(ALL) ALL", with_password(PASSWORD)).await;
    assert!(
        nobody.contains("not in the sudoers file") || nobody.contains("may not run"),
        "{nobody}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_run_of_this_machine_that_has_ended_holds_nothing() {
    let sshd = Sshd::start();
    let connector = sshd.connector();
    let record = sshd.record(RUN);
    // Its connection stays, as on a host that was cut off before it could be told of the end.
    let mut first = sshd.session(RUN, "alice@desk");
    first.shell(&connector).await.unwrap();
    let mut second = sshd.session("20261120-061531-4f2b", "alice@desk");
    let Err(error) = second.shell(&connector).await else { panic!("two runs at once") };
    assert!(matches!(error, HostsError::LockHeld { .. }), "{error:?}");
    drop(record);
    second.shell(&connector).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_second_run_is_told_of_the_first_and_the_same_run_takes_over() {
    let sshd = Sshd::start();
    let connector = sshd.connector();
    let mut first = sshd.session("r1", "alice@desk");
    first.shell(&connector).await.unwrap();

    let mut second = sshd.session("r2", "bob@desk");
    let Err(error) = second.shell(&connector).await else { panic!("two runs at once") };
    let HostsError::LockHeld { by, .. } = &error else { panic!("{error:?}") };
    assert!(by.starts_with("alice@desk, run r1"), "{by}");

    // The same run with a connection that it has lost sight of.
    let mut again = sshd.session("r1", "alice@desk");
    again.shell(&connector).await.unwrap();
    let Err(ended) = first.shell(&connector).await.unwrap().next_frame().await else { panic!() };
    assert!(ended.is_lost_connection(), "its earlier shell is gone: {ended:?}");

    // The lock goes with the shell.
    again.forget();
    first.forget();
    second.forget();
    sshd.until("all connections are closed", || sshd.connections().is_empty()).await;
    second.shell(&connector).await.unwrap();
}
