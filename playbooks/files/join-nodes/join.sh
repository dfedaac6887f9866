#!/bin/sh
# Makes this host a node of the cluster. What an attempt that was cut off left behind is either
# finished or taken back first.
set -eu

done_now() {
    rm -f /etc/kubernetes/bootstrap-kubelet.conf
    date -u +%Y-%m-%dT%H:%M:%SZ >/var/lib/provisioner/joined
    exit 0
}

# kubelet has its own certificate: with that it is a node, kubeadm only watched it getting there.
if [ -s /etc/kubernetes/kubelet.conf ] && [ -s /var/lib/kubelet/pki/kubelet-client-current.pem ]; then
    systemctl start kubelet
    kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 30s get node "$(uname -n)" && done_now
fi

if [ -e /etc/kubernetes/bootstrap-kubelet.conf ] || [ -e /etc/kubernetes/kubelet.conf ]; then
    echo "taking back what an earlier attempt left"
    kubeadm reset --force --cri-socket unix:///run/containerd/containerd.sock
fi
# kubeadm writes it before it asks for a certificate, and then refuses to begin again.
rm -f /etc/kubernetes/pki/ca.crt

kubeadm join --config /run/provisioner/join.yaml
done_now
