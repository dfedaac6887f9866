use crate::support::{TestLab, text};

/// A container of an image that holds a shell and its libraries, and nothing else.
const RUN: &str = r#"set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-download --no-install-recommends containerd runc iptables >/dev/null 2>&1
printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\nrestrict_oom_score_adj = true\n' \
    >/etc/containerd/config.toml
systemctl restart containerd
mkdir /tmp/image
cd /tmp/image
tar -chf layer.tar -C / bin/sh lib/x86_64-linux-gnu/libc.so.6 lib64/ld-linux-x86-64.so.2
digest=$(sha256sum layer.tar | cut -d ' ' -f 1)
echo '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:'"$digest"'"]}}' >config.json
echo '[{"Config":"config.json","RepoTags":["lab.test/sh:1"],"Layers":["layer.tar"]}]' >manifest.json
tar -cf image.tar manifest.json config.json layer.tar
ctr -n k8s.io images import image.tar >/dev/null
for mode in --null-io=false --privileged; do
    ctr -n k8s.io run --rm "$mode" lab.test/sh:1 one /bin/sh -c 'echo "hello from $$"'
done
iptables -t nat -A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link add cni0 type bridge
findmnt -no PROPAGATION /
"#;

#[tokio::test]
async fn real_containers_run_in_a_host() {
    let test = TestLab::new("t-pods", 241, &["w1"]).await;
    test.up().await;
    let said = text(&test.ssh("root", "w1", RUN));
    assert_eq!(said, "hello from 1\nhello from 1\nshared");
    test.down().await;
    assert_eq!(test.traces(), [].into());
}

/// On v1 each controller has a folder; some share one, of both names.
const CONTROLLERS: &str = "cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null || \
                           ls /sys/fs/cgroup | tr ',' '\n'";

#[tokio::test]
async fn real_a_host_has_the_controllers_that_kubelet_wants() {
    let test = TestLab::new("t-groups", 240, &["w1"]).await;
    test.up().await;
    for when in ["at first", "after a reboot"] {
        let controllers = text(&test.ssh("root", "w1", CONTROLLERS));
        for wanted in ["cpu", "cpuset", "memory", "pids"] {
            let has = controllers.split_whitespace().any(|one| one == wanted);
            assert!(has, "{wanted} {when}: {controllers}");
        }
        let makes = "cd /sys/fs/cgroup; test -e cgroup.controllers || cd pids; mkdir mark";
        text(&test.ssh("root", "w1", makes));
        test.open().reboot("w1").await.expect("reboot");
    }
    test.down().await;
    assert_eq!(test.traces(), [].into());
}
