#!/bin/sh
# Gives the kubelet a new client certificate, in the way it keeps them itself, and lets it make
# another serving certificate where it signs that one itself. With what does not work, back again.
set -eu
pki=/var/lib/kubelet/pki
current=$pki/kubelet-client-current.pem
before=$(readlink -f "$current")
new=$pki/kubelet-client-$(date -u +%Y-%m-%d-%H-%M-%S).pem

# comes_up: the kubelet answers, and the API server takes its certificate
comes_up() {
    systemctl restart kubelet
    turns=0
    until kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 3s get node "$(uname -n)" >/dev/null 2>&1 &&
        systemctl -q is-active kubelet; do
        turns=$((turns + 1))
        [ "$turns" -lt 60 ] || return 1
        sleep 0.5
    done
}

install -m 0600 /run/provisioner/kubelet-client.pem "$new"
ln -sfT "$new" "$current"
for part in crt key; do
    [ ! -e "$pki/kubelet.$part" ] || mv -f "$pki/kubelet.$part" "$pki/kubelet.$part.before"
done
if comes_up; then
    rm -f "$pki/kubelet.crt.before" "$pki/kubelet.key.before"
    exit 0
fi
echo "the kubelet does not get on with its new certificate; these are its last words:"
journalctl -q -u kubelet -n 10 -o cat --no-pager || :
echo "back to the one before"
ln -sfT "$before" "$current"
for part in crt key; do
    [ ! -e "$pki/kubelet.$part.before" ] || mv -f "$pki/kubelet.$part.before" "$pki/kubelet.$part"
done
systemctl restart kubelet
exit 1
