# How a host and its part of the cluster are, without changing anything: sections, each ended by the
# next heading. All are asked at once and each gives up by itself, so that what hangs hides nothing else.
# Given before it: endpoint (of the API), vip (or "none"), etcd (own, or external), loopback (where it listens),
# p_tmp (a folder of one's own).
name=$(uname -n)
manifests=/etc/kubernetes/manifests
export HOME=/run/provisioner
get() { timeout 10 kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 5s ${1:+--server "$1"} get --raw "$2" 2>&1; }
# keepalived says in the journal when it has taken the address.
vip_since() {
    timeout 10 journalctl -q -u keepalived -n 2000 -o short-unix --no-pager |
        awk '/\(api\) Entering MASTER STATE/ { since = $1 } END { print since }'
}
# Its metrics port, plain HTTP on the loopback: healthy means that it has a leader and could write.
etcd_health() { timeout 10 kubectl --kubeconfig /dev/null --server "http://$loopback:2381" --request-timeout 5s get --raw /health 2>&1; }

# part SECTION COMMAND...
parts=
part() {
    section=$1
    shift
    parts="$parts $section"
    "$@" >"$p_tmp/status.$section" &
}

# On control planes, or on hosts of its own.
if [ "$vip" != none ] && grep -qs '^vrrp_instance api ' /etc/keepalived/keepalived.conf; then
    part balancing systemctl is-active haproxy keepalived
    part vip sh -c 'ip -o addr show | grep -cwF "$0"' "$vip"
    part vip-since vip_since
fi
[ ! -e /var/lib/provisioner/joined ] || part traces echo joined
part due ls -A /var/lib/provisioner/pending
if [ -d "$manifests" ] && [ -e /etc/kubernetes/admin.conf ]; then
    part local get "https://$name:6443" /readyz
    part endpoint get "$endpoint" /readyz
    part nodes get '' /api/v1/nodes
    part addons get '' '/api/v1/namespaces/kube-system/configmaps?labelSelector=provisioner.dev%2Finventory%3Daddon'
    part removed get '' '/api/v1/namespaces/kube-system/configmaps?labelSelector=provisioner.dev%2Fremoved%3Dhost'
    if [ "$etcd" = own ]; then
        part etcd-health etcd_health
        part etcd-status timeout 15 /usr/local/lib/provisioner/etcd status
        part etcd-members timeout 15 /usr/local/lib/provisioner/etcd list
        part etcd-quota sed -n 's/^ *- --quota-backend-bytes=//p' "$manifests/etcd.yaml"
    fi
fi
wait
for section in $parts; do
    echo "## $section"
    cat "$p_tmp/status.$section"
    rm -f "$p_tmp/status.$section"
    echo
done
echo '## end'
