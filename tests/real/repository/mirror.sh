#!/bin/sh
# Makes this host what pkgs.k8s.io and registry.k8s.io are to others: a signed source of Debian packages
# and a registry, both over HTTP. What they have comes from bundles in /srv/bundles.
# usage: mirror VERSION...
set -eu
packages=/var/www/html/v1
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends apt-utils docker-registry gnupg nginx-light skopeo >/dev/null

# package NAME VERSION DEPENDS: what lies in $root.
package() {
    mkdir -p "$root/DEBIAN"
    printf 'Package: %s\nVersion: %s-1.1\nArchitecture: amd64\nMaintainer: nobody <nobody@example.com>\nDepends: %s\nDescription: %s\n' \
        "$1" "$2" "$3" "$1" >"$root/DEBIAN/control"
    dpkg-deb -Znone --build "$root" "$packages/$1_$2.deb" >/dev/null
    rm -rf "$root"
}

# The same files at the same places as in upstream's packages.
packages_of() {
    bundle=/srv/bundles/$1 root=/tmp/package
    mkdir -p "$packages"
    install -Dm 755 -t "$root/opt/cni/bin" "$bundle"/bin/cni/*
    package kubernetes-cni "$1" libc6
    install -Dm 755 -t "$root/usr/bin" "$bundle/bin/crictl"
    package cri-tools "$1" libc6
    install -Dm 755 -t "$root/usr/bin" "$bundle/bin/kubectl"
    package kubectl "$1" libc6
    install -Dm 755 -t "$root/usr/bin" "$bundle/bin/kubelet"
    install -Dm 644 -t "$root/usr/lib/systemd/system" /srv/kubelet.service
    package kubelet "$1" "iptables, kubernetes-cni, mount, util-linux"
    install -Dm 755 -t "$root/usr/bin" "$bundle/bin/kubeadm"
    install -Dm 644 -t "$root/usr/lib/systemd/system/kubelet.service.d" /srv/10-kubeadm.conf
    package kubeadm "$1" "cri-tools, kubelet"
}

signed() {
    gpg --batch --quiet --passphrase '' --quick-generate-key mirror
    cd "$packages"
    gpg --batch --armor --export mirror >Release.key
    apt-ftparchive packages . >Packages
    apt-ftparchive release . >Release.new
    mv Release.new Release
    gpg --batch --clearsign --output InRelease Release
}

images_of() {
    for image in /srv/bundles/"$1"/images/*.tar; do
        reference=$(tar -xOf "$image" manifest.json | sed 's/.*"RepoTags":\["\([^"]*\)".*/\1/')
        skopeo copy --quiet --dest-tls-verify=false "docker-archive:$image" "docker://localhost:5000/${reference#*/}"
    done
}

cat >/etc/docker/registry/config.yml <<'END'
version: 0.1
storage: {filesystem: {rootdirectory: /var/lib/docker-registry}}
http: {addr: ":5000"}
END
systemctl restart docker-registry
timeout 60 sh -c 'until ss -tln | grep -q ":5000 "; do sleep 0.1; done'
for version; do
    packages_of "$version"
    images_of "$version"
done
signed
