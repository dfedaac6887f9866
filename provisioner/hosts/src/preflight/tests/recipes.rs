//! How to make a check fire on a real host: shell commands, the same that `docs/preflight.md` gives.

/// What is done to the host m2, or to every host.
pub(super) struct Recipe {
    pub(super) id: &'static str,
    pub(super) commands: &'static str,
}

const fn recipe(id: &'static str, commands: &'static str) -> Recipe {
    Recipe { id, commands }
}

/// `put FILE` lays standard input over a file, `program NAME` over a program.
pub(super) const HELPERS: &str = r#"
put() { cat >"/tmp/put-${1##*/}" && mount --bind "/tmp/put-${1##*/}" "$1"; }
program() { { echo '#!/bin/sh'; cat; } >"/usr/local/bin/$1" && chmod +x "/usr/local/bin/$1"; }
"#;

pub(super) const RECIPES: &[Recipe] = &[
    recipe("host-answers", "exit"),
    recipe("root", "echo 'echo 1000' | program id"),
    recipe("operating-system", "sed -i 's/^ID=.*/ID=alpine/; /^ID_LIKE/d' /etc/os-release"),
    recipe("architecture", "echo 'echo riscv64' | program uname"),
    recipe("systemd", "mount -t tmpfs tmpfs /run/systemd"),
    recipe("package-manager", "mount --bind /dev/null /usr/bin/apt-get"),
    recipe("memory", "echo 'MemTotal: 1000000 kB' | put /proc/meminfo"),
    recipe("cpus", "echo 'echo 1' | program nproc"),
    recipe("disk-space", "mkdir -p /var/lib/etcd; mount -t tmpfs -o size=100m tmpfs /var/lib/etcd"),
    recipe(
        "disk-pressure",
        "mkdir -p /var/lib/kubelet; mount -t tmpfs -o size=64m tmpfs /var/lib/kubelet; \
         fallocate -l 60M /var/lib/kubelet/fill",
    ),
    recipe("swap", "printf 'Filename\\n/dev/sdz\\n' | put /proc/swaps"),
    recipe(
        "cgroup-version",
        "mount -t tmpfs tmpfs /sys/fs/cgroup; cd /sys/fs/cgroup; mkdir cpu cpuset memory pids",
    ),
    recipe(
        "cgroup-controllers",
        "mount -t tmpfs tmpfs /sys/fs/cgroup; \
         echo cpu cpuset pids >/sys/fs/cgroup/cgroup.controllers",
    ),
    recipe("kernel-version", "echo 4.18.0 | put /proc/sys/kernel/osrelease"),
    recipe(
        "kernel-modules",
        "echo 6.1.0-none | put /proc/sys/kernel/osrelease; mount -t tmpfs tmpfs /boot; \
         echo >/boot/config-6.1.0-none; mount -t tmpfs tmpfs /proc/sys/net; \
         : | put /proc/modules; : | put /proc/filesystems; gzip </dev/null | put /proc/config.gz",
    ),
    recipe("proxy-mode", "echo 5.10.0 | put /proc/sys/kernel/osrelease"),
    recipe("same-machine", "echo boot-of-m1 | put /proc/sys/kernel/random/boot_id"),
    recipe("hostname-duplicate", "hostname m1"),
    recipe("machine-id", "echo id-of-m1 >/etc/machine-id"),
    recipe(
        "product-uuid",
        "mount -t tmpfs tmpfs /sys/class; mkdir -p /sys/class/dmi/id; \
         echo uuid-of-m1 >/sys/class/dmi/id/product_uuid",
    ),
    recipe("mac-address", "ip link set eth0 address 02:00:00:00:00:11"),
    recipe("clock-skew", "echo 'echo 1700000000000000000' | program date"),
    recipe("clock-synchronized", "echo 'echo Leap status : Not synchronised' | program chronyc"),
    recipe("name-resolution", "sed -i /registry/d /etc/hosts; : >/etc/resolv.conf"),
    recipe(
        "name-resolution-delay",
        "sed -i /registry/d /etc/hosts; echo nameserver 172.30.0.99 >/etc/resolv.conf",
    ),
    recipe("host-address", "ip addr flush dev eth0"),
    recipe("default-route", "ip route del default"),
    recipe("mtu", "ip link set eth0 mtu 1400"),
    recipe("address-ranges", "ip addr add 10.99.0.7/24 dev eth0"),
    recipe("name-server-ranges", "echo nameserver 10.96.0.53 >/etc/resolv.conf"),
    recipe(
        "ports",
        "systemd-socket-activate -l 10250 cat 2>/dev/null & until ss -Hltn | grep -q 10250; do :; done",
    ),
    recipe(
        "firewall",
        "echo 'shift; for unit; do [ $unit = ufw ] && echo active || echo inactive; done' \
         | program systemctl",
    ),
    recipe("vip-network", "ip addr flush dev eth0; ip addr add 172.30.0.12/27 dev eth0"),
    recipe(
        "other-cluster",
        "mkdir -p /var/lib/provisioner; echo other >/var/lib/provisioner/cluster",
    ),
    recipe("leftovers", "mkdir -p /etc/kubernetes; echo >/etc/kubernetes/admin.conf"),
    recipe(
        "network-configuration",
        "mkdir -p /etc/cni/net.d; echo >/etc/cni/net.d/87-podman.conflist",
    ),
    recipe(
        "api-server",
        "mkdir -p /var/lib/provisioner /etc/kubernetes; echo prod >/var/lib/provisioner/cluster; \
         echo 'server: https://172.30.0.200:8443' >/etc/kubernetes/kubelet.conf",
    ),
    recipe("kubelet-version", "echo 'echo Kubernetes v1.99.0' | program kubelet"),
    recipe("containerd-version", "echo 'echo containerd c 1.5.0' | program containerd"),
];

/// As above, with a neighbour at 172.30.0.11 on the other end of the link, in the namespace `peer`.
pub(super) const BETWEEN: &[Recipe] = &[
    recipe(
        "reachability",
        "ip netns exec peer nft 'add table inet t; \
         add chain inet t c { type filter hook input priority 0; }; \
         add rule inet t c tcp dport 2380 drop'",
    ),
    recipe("vip-free", "ip -n peer addr add 172.30.0.100/24 dev eth0"),
];
