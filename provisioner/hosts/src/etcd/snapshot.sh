# Sourced behind `name` and `loopback`: takes a snapshot from the etcd of this control plane, and says what is in it.
set -eu
folder=/var/lib/etcd
file=$folder/provisioner-snapshot.db
# etcdctl and etcdutl are in etcd's image only, which sees this folder under the same name.
inside() { /usr/local/lib/provisioner/component inside etcd "$@"; }
kubectl --kubeconfig /dev/null --server "http://$loopback:2381" --request-timeout 5s get --raw /health |
    grep -Eq '"health" *: *"?true' || {
    echo "its member is not healthy"
    exit 1
}
rm -f "$file" "$file.part"
inside etcdctl --endpoints "https://$loopback:2379" --cacert /etc/kubernetes/pki/etcd/ca.crt \
    --cert /etc/kubernetes/pki/etcd/healthcheck-client.crt \
    --key /etc/kubernetes/pki/etcd/healthcheck-client.key snapshot save "$file" >/dev/null
# 3.6 has left this to etcdutl, and 3.4 has no etcdutl.
status=$(inside etcdutl snapshot status "$file" -w json 2>/dev/null) ||
    status=$(inside etcdctl snapshot status "$file" -w json)
echo "size $(stat -c %s "$file")"
printf 'status %s\n' "$status"
