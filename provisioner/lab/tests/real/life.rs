use std::time::{Duration, Instant};

use provisioner_lab::{PASSWORD, PASSWORD_USER, SUDO_USER, status};

use crate::support::{TestLab, sh, text};

/// Far more than it takes (some 3 s on two cores), since other tests run at the same time.
const A_FEW_SECONDS: Duration = Duration::from_secs(30);

#[tokio::test]
async fn real_down_leaves_nothing() {
    let lab = TestLab::new("t-traces", 250, &["m1", "w1"]).await;
    assert_eq!(lab.traces(), [].into(), "before");
    lab.up().await;
    assert!(!lab.traces().is_empty(), "the test looks in the right places");
    // nspawn's lock carries no name, only device and inode.
    let root = format!("{}/{}/disks/m1/root", lab.paths.root(), lab.name());
    let lock = text(&sh(&format!("stat -c /run/systemd/nspawn/locks/inode-%d:%i {root}")));
    assert!(std::path::Path::new(&lock).exists(), "{lock}");
    lab.down().await;
    assert!(!std::path::Path::new(&lock).exists(), "{lock}");
    assert_eq!(lab.traces(), [].into(), "after");
    assert!(status(lab.name(), &lab.paths).await.expect("status").is_none());
    lab.down().await;
}

#[tokio::test]
async fn real_hosts_are_debian_machines_with_ssh_and_sudo() {
    let lab = TestLab::new("t-ssh", 251, &["m1", "m2.a-long-domain.example"]).await;
    lab.up().await;
    assert_eq!(text(&lab.ssh("root", "m1", "hostname")), "m1");
    assert_eq!(
        text(&lab.ssh("root", "m2.a-long-domain.example", "hostname -f")),
        "m2.a-long-domain.example"
    );
    assert_eq!(text(&lab.ssh(SUDO_USER, "m1", "sudo -n id -un")), "root");
    assert!(!lab.ssh(PASSWORD_USER, "m1", "sudo -n id -un").status.success());
    let with_password = format!("echo '{PASSWORD}' | sudo -S -p '' id -un");
    assert_eq!(text(&lab.ssh(PASSWORD_USER, "m1", &with_password)), "root");
    assert_eq!(text(&lab.ssh("root", "m1", "cat /proc/1/comm")), "systemd");
    assert_eq!(text(&lab.ssh("root", "m1", "systemctl --failed --no-legend")), "");
    assert_eq!(text(&lab.ssh("root", "m1", "ls /sys/class/net")), "eth0\nlo");

    for of_its_own in [
        "cat /etc/machine-id",
        "cat /sys/class/net/eth0/address",
        "cat /sys/class/dmi/id/product_uuid",
        "cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d ' ' -f 2",
    ] {
        let [one, other] =
            ["m1", "m2.a-long-domain.example"].map(|host| text(&lab.ssh("root", host, of_its_own)));
        assert_ne!(one, other, "{of_its_own}");
    }
    let appears = "ls /sys/class/net/br9; ip link add br9 type bridge && ls -d /sys/class/net/br9";
    assert_eq!(text(&lab.ssh("root", "m1", appears)), "/sys/class/net/br9");
    lab.down().await;
}

#[tokio::test]
async fn real_six_hosts_are_up_in_a_few_seconds() {
    let lab = TestLab::new("t-six", 252, &["m1", "m2", "m3", "w1", "w2", "e1"]).await;
    let start = Instant::now();
    lab.up().await;
    let first = start.elapsed();
    let start = Instant::now();
    lab.up().await;
    println!("first up {first:?}, second {:?}", start.elapsed());
    assert!(first < A_FEW_SECONDS, "{first:?}");
    lab.down().await;
}
