#!/bin/sh
# Makes this host one that has an etcd for others: it takes only clients whose certificates its authority has
# signed. It is not started yet.
# usage: etcd ADDRESS
set -eu
export DEBIAN_FRONTEND=noninteractive
# Its package would start one without TLS.
systemctl mask -q etcd
apt-get install -y -qq --no-install-recommends etcd-client etcd-server openssl >/dev/null
mkdir -p /srv/etcd
cd /srv/etcd
openssl req -x509 -newkey rsa:2048 -nodes -days 400 -subj /CN=etcd-ca -keyout ca.key -out ca.crt 2>/dev/null
for name in server client; do
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
    printf 'subjectAltName=IP:%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' "$1" >"$name.ext"
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 400 -extfile "$name.ext" \
        -out "$name.crt" 2>/dev/null
done
cat >/etc/systemd/system/own-etcd.service <<END
[Service]
ExecStart=/usr/bin/etcd --data-dir /srv/etcd/data --listen-client-urls https://0.0.0.0:2379 \\
    --advertise-client-urls https://$1:2379 --client-cert-auth --trusted-ca-file /srv/etcd/ca.crt \\
    --cert-file /srv/etcd/server.crt --key-file /srv/etcd/server.key
END
systemctl daemon-reload
