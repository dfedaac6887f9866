# The certificates of a host, in one go and without changing anything: sections, each headed by
# `## KIND PATH`. Keys stay where they are: only the blocks between the lines of a certificate leave.
certificates() { sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p'; }

for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt \
    /etc/kubernetes/pki/etcd-external/client.crt /var/lib/kubelet/pki/*.crt \
    /var/lib/kubelet/pki/kubelet-client-current.pem /var/lib/kubelet/pki/kubelet-server-current.pem; do
    [ -r "$file" ] || continue
    printf '## certificate %s\n' "$file"
    certificates <"$file"
done

# The kubelet's own kubeconfig names one of the files above; the others carry theirs inside.
for file in /etc/kubernetes/*.conf; do
    [ -r "$file" ] || continue
    inside=$(sed -n 's/^ *client-certificate-data: *//p' "$file")
    [ -n "$inside" ] || continue
    printf '## kubeconfig %s\n' "$file"
    printf '%s' "$inside" | base64 -d | certificates
done
echo '## end'
