#!/bin/sh
# Where the kubeconfigs that kubeadm has made lead; each has one cluster.
# usage: kubeconfigs check|lead URL ADDRESS
#        ADDRESS: the host's own; its kubelet may talk to the API server beside it
set -eu
verb=$1 url=$2 own=$3
case $own in *:*) own="[$own]" ;; esac

# server NAME: where it leads
server() { sed -n 's/^ *server: *//p' "/etc/kubernetes/$1.conf"; }

# The kubelet's last: where it leads tells whether there is anything left to do.
for name in admin super-admin kubelet; do
    [ -s "/etc/kubernetes/$name.conf" ] || continue
    has=$(server "$name")
    [ "$has" != "$url" ] || continue
    [ "$name" != kubelet ] || ! [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] ||
        [ "$has" != "https://$own:6443" ] || continue
    [ "$verb" = lead ] || exit 1
    echo "$name.conf: $has -> $url"
    sed -i "s|^\( *server: *\).*|\1$url|" "/etc/kubernetes/$name.conf"
done
