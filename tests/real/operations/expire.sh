# On a control plane: all of its certificates but the authorities' end now.
set -eu
cd /etc/kubernetes/pki
scratch=$(mktemp -d)

# expire CERTIFICATE KEY AUTHORITY: the same names and uses, signed once more. In place, as modes are to stay.
expire() {
    openssl x509 -x509toreq -copy_extensions copyall -in "$1" -signkey "$2" -out "$scratch/request"
    openssl x509 -req -copy_extensions copyall -in "$scratch/request" -CA "$3.crt" -CAkey "$3.key" \
        -set_serial "0x$(openssl rand -hex 8)" -days 0 -out "$scratch/expired"
    cat "$scratch/expired" >"$1"
}

for name in etcd/server etcd/peer etcd/healthcheck-client apiserver-etcd-client; do
    expire "$name.crt" "$name.key" etcd/ca
done
for name in apiserver apiserver-kubelet-client; do expire "$name.crt" "$name.key" ca; done
expire front-proxy-client.crt front-proxy-client.key front-proxy-ca

for file in admin controller-manager scheduler; do
    file=/etc/kubernetes/$file.conf
    for part in certificate key; do
        sed -n "s/^ *client-$part-data: *//p" "$file" | base64 -d >"$scratch/$part"
    done
    expire "$scratch/certificate" "$scratch/key" ca
    sed -i "s|^\( *client-certificate-data: *\).*|\1$(base64 -w 0 "$scratch/certificate")|" "$file"
done

# It has its key in the same file.
kubelet=/var/lib/kubelet/pki/kubelet-client-current.pem
openssl pkey -in "$kubelet" -out "$scratch/key"
openssl x509 -in "$kubelet" -out "$scratch/certificate"
expire "$scratch/certificate" "$scratch/key" ca
cat "$scratch/certificate" "$scratch/key" >"$kubelet"
rm -rf "$scratch"
sleep 1
