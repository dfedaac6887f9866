use super::check::Check;
use super::finding::Report;
use super::input::Input;
use super::{
    Finding, disk, etcd, firewall, identity, images, kernel, leftovers, names, network, ports,
    runtime, standing, system, time, vip,
};

/// Every check, in the order in which findings are reported.
pub fn catalogue() -> &'static [Check] {
    CATALOGUE
}

/// Makes every check and returns what they found, in their order.
pub fn check(input: &Input<'_>) -> Vec<Finding> {
    let run = |check: &Check| {
        let mut report = Report::new(check.id, check.remedy);
        (check.run)(input, &mut report);
        report.into_findings()
    };
    catalogue().iter().flat_map(run).collect()
}

const CATALOGUE: &[Check] = &[
    Check {
        id: "host-answers",
        about: "every host answers and says everything that it is asked",
        why: "nothing can be said about a host that is silent",
        remedy: "look at the error of its connection; run again once `ssh` to the host works",
        run: system::facts,
    },
    Check {
        id: "root",
        about: "commands run as root",
        why: "packages, mounts and services need it",
        remedy: "log in as root, or set hosts.ssh.sudo: true for a user who may use sudo",
        run: system::root,
    },
    Check {
        id: "operating-system",
        about: "the operating system is of the Debian or the Red Hat family, and not too old",
        why: "packages and services are managed in the way of these families",
        remedy: "install Debian 11, Ubuntu 20.04 or an Enterprise Linux 8, or something newer",
        run: system::operating_system,
    },
    Check {
        id: "architecture",
        about: "the architecture is amd64 or arm64",
        why: "the images and programs are made for these",
        remedy: "take the host out of the spec",
        run: system::architecture,
    },
    Check {
        id: "systemd",
        about: "the host was booted with systemd",
        why: "containerd and the kubelet run as its units",
        remedy: "boot with systemd",
        run: system::systemd,
    },
    Check {
        id: "package-manager",
        about: "apt-get or dnf is there",
        why: "packages are installed with it",
        remedy: "install the system's own package manager",
        run: system::package_manager,
    },
    Check {
        id: "memory",
        about: "a control plane has 1700 MiB of memory, every other node 700 MiB",
        why: "kubeadm refuses a control plane with less; below that the kernel kills processes",
        remedy: "give the host more memory",
        run: system::memory,
    },
    Check {
        id: "cpus",
        about: "a control plane has two CPUs",
        why: "kubeadm refuses one with fewer",
        remedy: "give the host another CPU",
        run: system::cpus,
    },
    Check {
        id: "disk-space",
        about: "there is room in /etc, /var/lib, /var/lib/containerd, /var/lib/kubelet, /var/lib/etcd",
        why: "images, pods and etcd live there",
        remedy: "make room, or mount a larger disk there",
        run: disk::space,
    },
    Check {
        id: "disk-pressure",
        about: "15 % of the disk of /var/lib/containerd and 10 % of that of /var/lib/kubelet are free",
        why: "below that the kubelet deletes images, evicts pods and takes no new ones",
        remedy: "make room, or change evictionHard in kubernetes.kubelet",
        run: disk::pressure,
    },
    Check {
        id: "swap",
        about: "swap is off",
        why: "the kubelet refuses to run with it unless failSwapOn is false",
        remedy: "nothing: `up` turns it off; or set failSwapOn: false in kubernetes.kubelet to keep it",
        run: system::swap,
    },
    Check {
        id: "cgroup-version",
        about: "the version of control groups suits that of the kubelet",
        why: "the kubelet refuses cgroup v1 from 1.35 on",
        remedy: "boot with systemd.unified_cgroup_hierarchy=1, or set failCgroupV1: false in \
                 kubernetes.kubelet",
        run: system::cgroup_version,
    },
    Check {
        id: "cgroup-controllers",
        about: "the controllers cpu, cpuset, memory and pids are there",
        why: "the kubelet does not start without them",
        remedy: "boot with cgroup_enable=memory cgroup_enable=cpuset, or without cgroup_disable",
        run: system::cgroup_controllers,
    },
    Check {
        id: "kernel-version",
        about: "the kernel is 4.19 or newer",
        why: "Kubernetes is not tested with older ones",
        remedy: "update the system",
        run: kernel::version,
    },
    Check {
        id: "kernel-modules",
        about: "the kernel has overlay and br_netfilter",
        why: "containers' file systems and the rules for bridged traffic need them",
        remedy: "install the package with all modules of the running kernel (linux-image-amd64, \
                 linux-modules-extra, kernel-modules), and reboot into it if it was updated",
        run: kernel::modules,
    },
    Check {
        id: "proxy-mode",
        about: "the kernel can do what network.proxy.mode needs",
        why: "services would not be reached at all",
        remedy: "choose another network.proxy.mode, or a kernel that has it",
        run: kernel::proxy_mode,
    },
    Check {
        id: "same-machine",
        about: "every host of the spec is another machine",
        why: "a machine can be one node only",
        remedy: "correct the address of one of them in the spec",
        run: identity::machine,
    },
    Check {
        id: "hostname-duplicate",
        about: "the hosts call themselves by different names",
        why: "machines that were cloned share more than their names",
        remedy: "nothing, if they are not clones: `up` gives each the name that it has in the spec",
        run: identity::hostname,
    },
    Check {
        id: "machine-id",
        about: "every host has a machine-id of its own",
        why: "DHCP leases and network plugins take it for the machine's identity",
        remedy: "rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot",
        run: identity::machine_id,
    },
    Check {
        id: "product-uuid",
        about: "every host has a product_uuid of its own",
        why: "Kubernetes and storage drivers tell machines apart by it",
        remedy: "give the virtual machine a new UUID in its hypervisor",
        run: identity::product_uuid,
    },
    Check {
        id: "mac-address",
        about: "every host has a MAC address of its own",
        why: "on one network only one of them would be reached",
        remedy: "give one of the interfaces another address in the hypervisor",
        run: identity::mac,
    },
    Check {
        id: "clock-skew",
        about: "no clock is more than 30 s off the median of all",
        why: "certificates and leases would be valid too early or too late",
        remedy: "start chrony or systemd-timesyncd with a server that the host reaches",
        run: time::skew,
    },
    Check {
        id: "clock-control-machine",
        about: "the hosts' clocks are within 30 s of this machine's",
        why: "certificates made here would not be valid there yet",
        remedy: "set this machine's clock, or the hosts'",
        run: time::control_machine,
    },
    Check {
        id: "clock-synchronized",
        about: "a time service keeps the clock",
        why: "clocks drift apart by seconds a day",
        remedy: "install chrony or systemd-timesyncd, or give it a server that the host reaches",
        run: time::synchronized,
    },
    Check {
        id: "name-resolution",
        about: "names are resolved",
        why: "the registry is reached by name, and programs look up their own",
        remedy: "put a name server that the host reaches into /etc/resolv.conf",
        run: names::resolution,
    },
    Check {
        id: "name-resolution-delay",
        about: "a lookup takes less than 2 s",
        why: "kubelet and kubeadm wait for it at every turn",
        remedy: "remove name servers that do not answer from /etc/resolv.conf",
        run: names::delay,
    },
    Check {
        id: "host-address",
        about: "the host has the address, on the interface, that the spec says",
        why: "etcd, the API server and the kubelet bind to it",
        remedy: "write the address that the host itself has; reach it through ssh settings of its own",
        run: network::address,
    },
    Check {
        id: "default-route",
        about: "there is a default route",
        why: "without one the kernel refuses to send to the address of a service",
        remedy: "add a default route, if only to the interface of the hosts' network",
        run: network::default_route,
    },
    Check {
        id: "mtu",
        about: "the hosts' interfaces have one MTU",
        why: "large packets vanish on the way to the smaller",
        remedy: "set the same MTU on all",
        run: network::mtu,
    },
    Check {
        id: "address-ranges",
        about: "no address or network of a host lies inside the ranges of pods and services",
        why: "kube-proxy drops or diverts traffic to such addresses",
        remedy: "choose other ranges for network.podCidr and network.serviceCidr",
        run: network::ranges,
    },
    Check {
        id: "name-server-ranges",
        about: "no name server lies inside the ranges of pods and services",
        why: "it would no longer be reached once the cluster is up",
        remedy: "choose other ranges for network.podCidr and network.serviceCidr",
        run: network::name_servers,
    },
    Check {
        id: "ports",
        about: "the ports of the cluster's processes are free, or theirs already",
        why: "these would not start",
        remedy: "stop the process that has the port, or move it",
        run: ports::free,
    },
    Check {
        id: "firewall",
        about: "no firewalld or ufw is active",
        why: "by default they drop the traffic between nodes and pods",
        remedy: "allow the ports, and all traffic from the pods' range; or switch it off",
        run: firewall::active,
    },
    Check {
        id: "reachability",
        about: "the hosts reach the ports of one another that the cluster uses",
        why: "joining would wait for minutes and then fail",
        remedy: "allow the port on that host and on the firewalls between the two",
        run: firewall::reachability,
    },
    Check {
        id: "api-endpoint",
        about: "the hosts reach a load balancer that is not of the spec, at hosts.apiEndpoint.address",
        why: "kubeadm and every kubelet talk to the API there, from the first API server on",
        remedy: "open the way to it, and let it pass TCP to port 6443 of the control planes; it may be \
                 silent only for want of an API server",
        run: firewall::endpoint,
    },
    Check {
        id: "external-etcd",
        about: "every endpoint of an etcd that runs elsewhere is well, and takes the certificate",
        why: "without etcd no API server starts",
        remedy: "mend that member, open the way to it, or correct kubernetes.etcd.external",
        run: etcd::answers,
    },
    Check {
        id: "external-etcd-empty",
        about: "before there is a cluster, an etcd that runs elsewhere holds none",
        why: "the state of another cluster is of other authorities and nodes",
        remedy: "if nobody needs it: etcdctl del --prefix /registry/; or use an etcd of its own",
        run: etcd::is_empty,
    },
    Check {
        id: "vip-network",
        about: "the VIP lies in the network of the interface that carries it",
        why: "nobody would ask for it there",
        remedy: "choose a VIP inside the hosts' network",
        run: vip::network,
    },
    Check {
        id: "vip-free",
        about: "nobody has the VIP but those who are to share it",
        why: "clients would reach another machine",
        remedy: "choose a free address, or take it away from its holder",
        run: vip::free,
    },
    Check {
        id: "router-id",
        about: "no other VRRP router on the network has the router id",
        why: "the two would take their addresses away from each other",
        remedy: "set hosts.apiEndpoint.routerId to one that is free",
        run: vip::router_id,
    },
    Check {
        id: "other-cluster",
        about: "the host does not belong to another cluster",
        why: "that cluster would lose a node",
        remedy: "take that cluster down first, or take the host out of the spec",
        run: leftovers::other_cluster,
    },
    Check {
        id: "leftovers",
        about: "nothing is left of a cluster that was made by other means",
        why: "kubeadm refuses, or mixes the old with the new",
        remedy: "if nobody needs it: kubeadm reset, then rm -r /etc/kubernetes /var/lib/etcd, and `up` joins it anew; \
                 in the middle of an upgrade, take it out of the spec until that has ended",
        run: leftovers::kubernetes,
    },
    Check {
        id: "network-configuration",
        about: "/etc/cni/net.d is empty",
        why: "the runtime takes the first file there, whatever plugin the spec names",
        remedy: "remove the files, unless they are meant to be used",
        run: leftovers::network_configuration,
    },
    Check {
        id: "api-server",
        about: "the nodes' kubeconfigs lead to the endpoint of the spec",
        why: "`up` leads them there, and those that were handed out before stay as they are",
        remedy: "run `provisioner up`, and write kubeconfigs anew with `provisioner kubeconfig`",
        run: leftovers::api_server,
    },
    Check {
        id: "certificate-authority",
        about: "all hosts have the same certificate authority",
        why: "they belong to two different clusters of the same name",
        remedy: "find out which is the right one, and reset the others",
        run: leftovers::authorities,
    },
    Check {
        id: "kubelet-version",
        about: "no newer kubelet is installed",
        why: "a kubelet must not be newer than its API server",
        remedy: "set kubernetes.version to at least that version, or remove the package",
        run: runtime::kubelet,
    },
    Check {
        id: "containerd-version",
        about: "an installed containerd suits the version of Kubernetes",
        why: "the two must speak one version of the runtime interface",
        remedy: "install another containerd: 1.6 or newer from 1.26 on, below 2.0 before 1.23",
        run: runtime::containerd,
    },
    Check {
        id: "package-source",
        about: "without a bundle, the package source has the version that the spec says",
        why: "pkgs.k8s.io begins with 1.24",
        remedy: "use a bundle (--bundle), or set kubernetes.packageRepository to a source that has it",
        run: images::package_source,
    },
    Check {
        id: "bundle-version",
        about: "the bundle holds the version that the spec says",
        why: "the images and programs would not fit",
        remedy: "make a bundle of that version, or change kubernetes.version",
        run: images::bundle_version,
    },
    Check {
        id: "bundle-architecture",
        about: "the bundle is made for the hosts' architecture",
        why: "its programs do not run elsewhere",
        remedy: "make a bundle for that architecture",
        run: images::bundle_architecture,
    },
    Check {
        id: "bundle-images",
        about: "the bundle holds every image that the cluster needs",
        why: "pods would wait for an image that never comes",
        remedy: "add the image to the folder that the bundle is made of, and make it anew; without \
                CoreDNS, set network.dns.enabled to false",
        run: images::bundle_images,
    },
    Check {
        id: "registry",
        about: "the registries answer and have every image",
        why: "pods would wait for an image that never comes",
        remedy: "set kubernetes.imageRepository, a mirror or a proxy; or use a bundle",
        run: images::registry,
    },
    Check {
        id: "fixed-settings",
        about: "what cannot be changed any more is in the spec as it is in the cluster: the ranges of \
                pods and services, the network plugin, the DNS domain, the cgroup driver, that secrets are \
                encrypted, where etcd runs, who carries the VIP",
        why: "nodes, services and running pods have their addresses, names and groups from these",
        remedy: "put the old value back into the spec; another one takes a new cluster",
        run: standing::settings,
    },
    Check {
        id: "host-role",
        about: "every node has the role in the cluster that the spec gives it",
        why: "kubeadm makes no control plane of a worker, and no worker of a control plane: an API server would \
              go on outside the load balancer, or pods would be lost",
        remedy: "`provisioner scale --remove NAME`, then `provisioner up`, by which it joins in its new role",
        run: standing::roles,
    },
    Check {
        id: "cluster-version",
        about: "the cluster runs the version that the spec says",
        why: "nodes are upgraded one by one, in an order, and emptied before: `up` does none of that",
        remedy: "`provisioner upgrade --to VERSION` brings the cluster to another version, or finishes \
                 an upgrade that was cut off; after that, write the version into the spec",
        run: standing::version,
    },
];
