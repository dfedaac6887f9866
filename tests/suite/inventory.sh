# What a host has, a line each. Left out are logs, caches and state of package managers, and the copies of
# the user database that its tools make at every change.
export LC_ALL=C
dpkg-query -W -f 'package ${Package} ${Version} ${Status}\n'
apt-mark showauto | sed 's/^/auto /'
apt-mark showhold | sed 's/^/held /'

files() {
    find /etc /usr/local /opt /var/lib /root -xdev \( \
        -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/ucf -o -path /var/lib/private \
        -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/random-seed -o -path '/var/lib/systemd/timesync*' \
        -o -path '/var/lib/containerd/*' -o -path '/etc/passwd-' -o -path '/etc/group-' -o -path '/etc/*shadow-' \
        \) -prune -o "$@"
}
files -printf 'file %p %y %m %u %g %l\n' | sort
files -type f -print0 | sort -z | xargs -0 sha256sum | sed 's/^/digest /'
for folder in containerd kubelet etcd cni; do
    [ ! -d "/var/lib/$folder" ] || stat -c 'volume %n %a %u %g' "/var/lib/$folder"
    # A runtime of the host's own has its databases from its first use on.
    find "/var/lib/$folder" -mindepth 1 -type f ! -name '*.db' 2>/dev/null | sed 's/^/in a volume: /'
done

# Sessions are those of whoever looks.
systemctl list-unit-files --no-legend --no-pager | awk '$1 !~ /^session/ { print "unit file", $1, $2 }' | sort
systemctl list-units --all --plain --no-legend --no-pager --type service,socket,timer,path |
    awk '$1 !~ /^(user|run-|session|systemd-(timedated|hostnamed))/ && $2 != "not-found" { print "unit", $1, $2, $3, $4 }' | sort

# All that can be set, but for what changes by itself or only does something.
(cd /proc/sys && find net kernel vm fs -type f -perm -0200 | sort | grep -vE \
    'drop_caches|flush|compact|ns_last_pid|random/|nf_conntrack_buckets|stat_refresh|tcp_fastopen_key|binfmt|/neigh/|perf_|sched|usermodehelper|tcp_max_orphans' |
    while read -r setting; do echo "setting $setting $(tr '\n\t' '  ' <"$setting" 2>/dev/null)"; done)

ls /sys/class/net | sed 's/^/link /'
ip -o address show | awk '$3 == "inet" { print "address", $2, $4 }'
ip route show table all | sed 's/^/route /'
ip rule show | sed 's/^/rule /'
ss -Hlntup | awk '{ split($7, name, "\""); port = $5; if (name[2] == "containerd") sub(/:[0-9]+$/, "", port); print "port", $1, port, name[2] }' | sort -u
# Mounts from files that are deleted are the lab's: other ones after each start of a host.
awk '$5 !~ "^/run/user/" && $4 !~ "//deleted$" { print "mount", $5, $4 }' /proc/self/mountinfo | sort
find /sys/fs/cgroup -type d -name '*kube*' | sed 's/^/cgroup /'
ps -eo comm= | grep -vE '^(sh|ps|sort|uniq|sed|grep|sshd|sftp|systemd.*|\(sd-pam\)|agetty)' | sort | uniq -c | sed 's/^ */process /'
getent passwd | sed 's/^/user /'
getent group | sed 's/^/group /'
sed 's/^/hostname /' /proc/sys/kernel/hostname
sed 's/^/swap /' /proc/swaps
lsmod 2>/dev/null | awk '{ print "module", $1 }'
ls -A /run | grep -vE '^(adduser|user|log|provisioner|xtables.lock|utmp|sudo|reboot-required.*|motd.*|needrestart.*)$' | sed 's/^/in memory /'
cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null | sed 's/^/table of iptables-legacy /'
