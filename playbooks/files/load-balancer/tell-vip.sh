#!/bin/sh
# tell-vip FOLDER TYPE NAME STATE [PRIORITY]: keepalived calls it when its state changes; node-exporter reads what it
# writes. The count lasts as long as the file: Prometheus sees a VIP that came and went between two of its looks.
set -eu
umask 022
file=$1/provisioner-vip-$3.prom
case $4 in MASTER) holder=1 ;; *) holder=0 ;; esac

# said METRIC: its value so far.
said() { sed -n "s/^$1{.*} //p" "$file" 2>/dev/null || :; }
was=$(said provisioner_vip_holder)
moves=$(said provisioner_vip_transitions_total)
moves=${moves:-0}
[ "${was:-$holder}" = "$holder" ] || moves=$((moves + 1))

# Whole or not at all: it is read at any moment. node-exporter takes no name that ends otherwise.
cat >"$file.new" <<END
# HELP provisioner_vip_holder Whether this host holds the virtual address.
# TYPE provisioner_vip_holder gauge
provisioner_vip_holder{vip="$3"} $holder
# HELP provisioner_vip_transitions_total How often this host has got it or given it up.
# TYPE provisioner_vip_transitions_total counter
provisioner_vip_transitions_total{vip="$3"} $moves
END
mv -f "$file.new" "$file"
