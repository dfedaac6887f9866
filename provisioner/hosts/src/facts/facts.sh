# What a host says about itself, in one go and without changing it: sections of lines, each section
# headed by `## NAME`. Runs as root under dash, bash or busybox ash, in a subshell of its own.
# Arguments: [--pki] [NAME-TO-RESOLVE ...]
# Every fork counts here (six hosts on two cores shall answer within a fraction of a second), so
# the shell reads small files by itself and asks each tool once.
exec </dev/null 2>/dev/null
set +eu
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
newline='
'

section() { printf '## %s\n' "$1"; }

# The first line of a file under a name, if the file is there.
first_line() {
  line=
  [ -r "$2" ] && { IFS= read -r line <"$2" || [ -n "$line" ]; } && printf '%s %s\n' "$1" "$line"
}

identity() {
  section host
  printf 'time %s\n' "$(date +%s%N)"
  printf 'uid %s\n' "$(id -u)"
  printf 'machine %s\n' "$(uname -m)"
  first_line kernel /proc/sys/kernel/osrelease
  first_line hostname /proc/sys/kernel/hostname
  first_line machine-id /etc/machine-id
  first_line product-uuid /sys/class/dmi/id/product_uuid
  first_line boot-id /proc/sys/kernel/random/boot_id
  first_line container /run/systemd/container
  first_line cluster /var/lib/provisioner/cluster
  [ -e /var/lib/provisioner/ledger ] && echo ledger yes
  printf 'cpus %s\n' "$(nproc || grep -c '^processor' /proc/cpuinfo)"
  while read -r key value _; do
    [ "$key" = MemTotal: ] && printf 'memory-kib %s\n' "$value" && break
  done </proc/meminfo
  # sd_booted(3)
  [ -d /run/systemd/system ] && echo systemd yes
  for manager in apt-get dnf; do
    command -v "$manager" >/dev/null && printf 'package-manager %s\n' "$manager"
  done
  section os-release
  grep '^[A-Z]' /etc/os-release || grep '^[A-Z]' /usr/lib/os-release
}

disks() {
  section disks
  set --
  for wanted in /etc /var/lib /var/lib/etcd /var/lib/containerd /var/lib/kubelet; do
    nearest=$wanted
    while [ ! -d "$nearest" ]; do nearest=${nearest%/*}; nearest=${nearest:-/}; done
    printf 'path %s\n' "$wanted"
    set -- "$@" "$nearest"
  done
  df -Pk "$@" | tail -n +2
  section swaps
  while read -r name _; do
    [ "$name" = Filename ] || printf '%s\n' "$name"
  done </proc/swaps
}

cgroups() {
  section cgroup
  if [ -r /sys/fs/cgroup/cgroup.controllers ]; then
    echo version 2
    first_line controllers /sys/fs/cgroup/cgroup.controllers
  elif [ -d /sys/fs/cgroup ]; then
    echo version 1
    for controller in /sys/fs/cgroup/*/; do
      controller=${controller%/}
      printf 'controllers %s\n' "${controller##*/}"
    done
  fi
}

network() {
  section links
  ip -o link show
  section addresses
  ip -o addr show
  section routes
  ip -o -4 route show default
  ip -o -6 route show default
  section nameservers
  while read -r key value _; do
    [ "$key" = nameserver ] && printf '%s\n' "$value"
  done </etc/resolv.conf
  section sockets
  if command -v ss >/dev/null; then
    ss -H -l -n -t -u -p
  else
    # proc(5): the local address is the second field, 0A is LISTEN.
    awk 'FNR > 1 && $4 == "0A" { print "proc", $2 }' /proc/net/tcp /proc/net/tcp6
  fi
}

kernel() {
  section kernel
  read -r release </proc/sys/kernel/osrelease
  names='br_netfilter|overlay|ip_vs|ip_vs_rr|ip_vs_wrr|ip_vs_sh|nf_conntrack|nf_tables'
  grep -E "^($names) " /proc/modules | while read -r name _; do printf 'loaded %s\n' "$name"; done
  for modules in "/lib/modules/$release" "/usr/lib/modules/$release"; do
    [ -r "$modules/modules.dep" ] || continue
    echo modules-directory yes
    for list in dep builtin; do
      grep -E -o "^[^:]*/($names)\.ko" "$modules/modules.$list" | while read -r path; do
        path=${path##*/}
        printf '%s %s\n' "$list" "${path%.ko}"
      done
    done
    break
  done
  # A feature that can be seen at work needs no module.
  while read -r _ name; do
    [ "$name" = overlay ] && echo works overlay
  done </proc/filesystems
  [ -d /proc/sys/net/bridge ] && echo works br_netfilter
  [ -e /proc/net/ip_vs ] && echo works ip_vs
  [ -e /proc/sys/net/netfilter/nf_conntrack_max ] && echo works nf_conntrack
  nft list tables >/dev/null && echo works nf_tables
  if [ ! -d "/lib/modules/$release" ] && [ ! -d "/usr/lib/modules/$release" ]; then
    options='BRIDGE_NETFILTER|OVERLAY_FS|IP_VS|IP_VS_RR|IP_VS_WRR|IP_VS_SH|NF_CONNTRACK|NF_TABLES'
    if [ -r /proc/config.gz ]; then
      echo configuration yes
      zcat /proc/config.gz | grep -E "^CONFIG_($options)=y"
    elif [ -r "/boot/config-$release" ]; then
      echo configuration yes
      grep -E "^CONFIG_($options)=y" "/boot/config-$release"
    fi
  fi
}

# Asking a large program for its version takes longer than all the rest, so the answers are kept in
# memory-backed /run for as long as the program is the same file (device, inode, size, change time).
versions() {
  section versions
  cache=/run/provisioner/versions
  known=
  [ -r "$cache" ] && known=$newline$(cat "$cache")
  set --
  for program in kubeadm kubelet containerd haproxy keepalived nft iptables ipset; do
    path=$(command -v "$program") && set -- "$@" "$path"
  done
  [ $# -gt 0 ] || return
  answers=
  asked=no
  while read -r path mark; do
    case $known in
    *"$newline$path $mark "*)
      text=${known#*"$newline$path $mark "}
      text=${text%%"$newline"*}
      ;;
    *)
      asked=yes
      case ${path##*/} in
      kubeadm) text=$(timeout 10 "$path" version -o short 2>&1) ;;
      haproxy) text=$(timeout 10 "$path" -v 2>&1) ;;
      *) text=$(timeout 10 "$path" --version 2>&1) ;;
      esac
      text=$(printf '%s' "$text" | tr '\n' ' ')
      ;;
    esac
    printf '%s %s\n' "${path##*/}" "$text"
    answers="$answers$path $mark $text$newline"
  done <<LIST
$(stat -L -c '%n %d:%i:%s:%Z' "$@")
LIST
  [ "$asked" = yes ] || return
  umask 077
  mkdir -p "${cache%/*}" && printf '%s' "$answers" >"$cache.new" && mv "$cache.new" "$cache"
}

services() {
  section services
  [ -d /run/systemd/system ] || return
  set -- kubelet containerd haproxy keepalived chrony chronyd systemd-timesyncd ntpsec ntp firewalld ufw
  systemctl is-active "$@" | while read -r state; do
    printf '%s %s\n' "$1" "$state"
    shift
  done
  # systemd-timesyncd.service(8)
  [ -e /run/systemd/timesync/synchronized ] && echo synchronized yes
  if command -v chronyc >/dev/null; then
    timeout 1 chronyc -n tracking | grep '^Leap status'
  fi
}

kubernetes() {
  section kubernetes
  for path in /etc/kubernetes/*.conf /etc/kubernetes/manifests/* /var/lib/etcd/member \
    /etc/cni/net.d/* /var/lib/provisioner/joined; do
    [ -e "$path" ] && printf 'path %s\n' "$path"
  done
  for file in admin kubelet; do
    while read -r key value; do
      [ "$key" = server: ] && printf '%s-server %s\n' "$file" "$value" && break
    done </etc/kubernetes/$file.conf
  done
  # A kubelet that has not yet been restarted talks to where it was led before.
  file=/var/lib/provisioner/former-endpoint
  [ -s $file ] && printf 'kubelet-server %s\n' "$(cat $file)"
  # What a cluster was made with and what it runs: kubeadm writes each on a line of its own.
  sed -n -e 's,.*image: .*/kube-apiserver:v,version ,p' \
    -e 's,^ *- --etcd-servers=,etcd-servers ,p' \
    -e 's,^ *- --service-cluster-ip-range=,service-range ,p' -e 's,^ *- --cluster-cidr=,pod-range ,p' \
    -e 's,^clusterDomain: ,dns-domain ,p' -e 's,^cgroupDriver: ,cgroup-driver ,p' \
    /etc/kubernetes/manifests/kube-apiserver.yaml \
    /etc/kubernetes/manifests/kube-controller-manager.yaml /var/lib/kubelet/config.yaml
  sed -n -e '/^vrrp_instance api /,/^}/{/virtual_ipaddress/,/}/s,^ *\([0-9a-f.:]*\)/.*,vip \1,p' -e '}' \
    /etc/keepalived/keepalived.conf
  file=/etc/kubernetes/pki/ca.crt
  [ -r $file ] && section ca-certificate && cat $file
  file=/etc/kubernetes/pki/apiserver.crt
  [ -r $file ] && section api-server-certificate && cat $file
}

pki() {
  for file in ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key sa.key \
    sa.pub encryption.json; do
    [ -s "/etc/kubernetes/pki/$file" ] && section "pki $file" && cat "/etc/kubernetes/pki/$file"
  done
}

# Hundredths of a second since boot, without a fork.
uptime_in_hundredths() {
  read -r now _ </proc/uptime
  hundredths=${now%.*}${now#*.}
}

# getaddrinfo(3), as programs call it: `getent hosts` would ask for an IPv6 address alone first.
lookup() {
  uptime_in_hundredths
  began=$hundredths
  found=$(timeout 5 getent ahosts "$1")
  status=$?
  uptime_in_hundredths
  first=${found%%[!0-9a-fA-F.:]*}
  printf '%s %s %s %s\n' "$1" "$status" "$(((hundredths - began) * 10))" "$first"
}

everything() {
  identity
  disks
  cgroups
  network
  kernel
  versions
  services
  kubernetes
  [ "$with_pki" = no ] || pki
}

with_pki=no
[ "$1" = --pki ] && { with_pki=yes; shift; }

# Names are looked up meanwhile: a resolver that is silent takes seconds.
exec 3>&1
lookups=$(
  {
    for name in "$@"; do
      lookup "$name" 3>&- &
    done
    everything >&3
    wait
  }
)
section lookups
printf '%s\n' "$lookups"
section end
