#!/bin/sh
# The first thing that runs in a lab's host: turns what systemd-nspawn gives a container into what a
# machine of one's own has.
set -eu

# kubelet propagates mounts into pods and back.
mount --make-rshared /

# nspawn protects the kernel's settings; those of the network belong to this host alone.
mount -o remount,rw,bind /proc/sys

# cgroup v1 comes read-only. On v2 the host owns its subtree already.
if ! test -e /sys/fs/cgroup/cgroup.controllers; then
    mount -o remount,rw,bind /sys/fs/cgroup
    for hierarchy in /sys/fs/cgroup/*; do
        if ! test -L "$hierarchy"; then
            mount -o remount,rw,bind "$hierarchy"
        fi
    done
fi

# All hosts see the firmware of the one machine, if it has any: give each an identity of its own.
if test -e /sys/class/dmi/id/product_uuid; then
    mount --bind /etc/lab/product_uuid /sys/class/dmi/id/product_uuid
else
    mkdir -p /run/lab/class/dmi/id /run/lab/net
    cp /etc/lab/product_uuid /run/lab/class/dmi/id/
    mount --bind /sys/class/net /run/lab/net
    mount -t overlay -o ro,lowerdir=/run/lab/class:/sys/class lab /sys/class
    # Network interfaces come and go, which an overlay does not notice.
    mount --bind /run/lab/net /sys/class/net
    umount /run/lab/net
fi

# The name and the hardware address that the network card had at the last boot.
ip link set host0 address "$(cat /etc/lab/mac)" name eth0
