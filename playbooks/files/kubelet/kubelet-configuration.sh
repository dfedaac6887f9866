#!/bin/sh
# The kubelet takes the configuration that the cluster keeps for all of them. One with which it does
# not come up is taken back.
set -eu
now=/var/lib/kubelet/config.yaml

# comes_up: restarts it and waits until it answers
comes_up() {
    systemctl restart kubelet
    port=$(sed -n 's/^healthzPort: *//p' "$now")
    turns=0
    until kubectl --kubeconfig /dev/null --server "http://127.0.0.1:${port:-10248}" \
        --request-timeout 2s get --raw /healthz >/dev/null 2>&1; do
        turns=$((turns + 1))
        [ "$turns" -lt 120 ] || return 1
        sleep 0.5
    done
}

before=$(mktemp -p /run/provisioner kubelet.XXXXXX)
trap 'rm -f "$before"' EXIT
cp -p "$now" "$before"
kubeadm upgrade node phase kubelet-config
comes_up && exit
echo "the kubelet does not come up with its new configuration; these are its last words:"
journalctl -q -u kubelet -n 10 -o cat --no-pager || :
echo "back to the configuration before"
cp -p "$before" "$now"
comes_up || echo "the kubelet does not come up with that one either"
exit 1
