use provisioner_lab::{LabError, up};

use crate::support::{TestLab, text};

#[tokio::test]
async fn real_two_labs_do_not_disturb_each_other() {
    let one = TestLab::new("t-one", 245, &["m1"]).await;
    let other = TestLab::new("t-other", 244, &["m1"]).await;
    tokio::join!(one.up(), other.up());
    for lab in [&one, &other] {
        assert_eq!(text(&lab.ssh("root", "m1", "hostname")), "m1");
    }
    one.down().await;
    assert_eq!(one.traces(), [].into());
    assert_eq!(text(&other.ssh("root", "m1", "hostname")), "m1");
    other.up().await;
    let forwarding = std::fs::read_to_string("/proc/sys/net/ipv4/ip_forward").expect("read");
    assert_eq!(forwarding.trim(), "1", "the other lab still needs it");
    other.down().await;
}

#[tokio::test]
async fn real_a_network_in_use_is_refused() {
    let one = TestLab::new("t-first", 243, &["m1"]).await;
    one.up().await;
    let second = TestLab::new("t-second", 243, &["m9"]).await;
    let refused = up(&second.definition, &second.paths, |_| ()).await.expect_err("refused");
    assert!(matches!(refused, LabError::NetworkInUse { .. }), "{refused}");
    second.down().await;
    assert_eq!(second.traces(), [].into());
    assert_eq!(text(&one.ssh("root", "m1", "hostname")), "m1");

    let mut moved = one.definition.clone();
    moved.hosts[0].address = [172, 31, 242, 11].into();
    let refused = up(&moved, &one.paths, |_| ()).await.expect_err("refused");
    assert!(matches!(refused, LabError::NetworkChanged { .. }), "{refused}");
    one.down().await;
}
