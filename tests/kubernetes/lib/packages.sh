# shellcheck shell=bash disable=SC2154  # variables of ../build
# Debian's packages: downloaded with an apt of our own and unpacked, never installed.
set -euo pipefail

# bookworm's etcd, CNI plugins and what kube-proxy calls, each with its libraries.
programs='etcd-server etcd-client containernetworking-plugins iptables ipset conntrack'
libraries='libc6 libmnl0 libnfnetlink0 libnetfilter-conntrack3 libnftnl11 libipset13 libxtables12 libip4tc2 libip6tc2'
# With a Go later than 1.15, kubeadm 1.20 panics (reflect2); bullseye has that one.
toolchain='golang-1.15-go golang-1.15-src'

# Nothing of the machine's own apt state is read or changed. An empty dpkg status, as apt
# would otherwise refuse to download a package that is installed in a later version.
private_apt() {
    local apt=$work/apt
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    touch "$apt/status" "$apt/sources.list"
    apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State="$apt" -o Dir::State::Lists="$apt/lists" -o Dir::State::Status="$apt/status" \
        -o Dir::Cache="$apt" -o APT::Sandbox::User= -o APT::Default-Release= \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::Retries=3 "$@"
}

# The mirrors that this machine itself uses for its Debian, one a line.
mirrors() {
    local codename
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    apt-get update --print-uris | sed -n "s,^'\(.*\)/dists/$codename/InRelease'.*,\1,p"
}

fetch_packages() {
    mkdir -p "$work/apt"
    local mirror go_mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg options='' found=''
    if [ -f "$keyring" ]; then options="signed-by=$keyring "; fi
    for mirror in $(mirrors); do
        # bullseye moves to Debian's archive one day, which no machine has among its sources.
        for go_mirror in "$mirror" ${DEBIAN_ARCHIVE:+"$DEBIAN_ARCHIVE"}; do
            cat >"$work/apt/sources.list.new" <<EOF
deb [$options] $mirror bookworm main
deb-src [$options] $mirror bookworm main
deb [${options}check-valid-until=no] $go_mirror bullseye main
EOF
            mv "$work/apt/sources.list.new" "$work/apt/sources.list"
            if private_apt update --error-on=any; then found=1; break 2; fi
        done
    done
    if [ -z "$found" ]; then
        echo "None of this machine's apt sources has both bookworm and bullseye."
        echo "If bullseye is gone from the mirrors, set DEBIAN_ARCHIVE to the address of Debian's archive."
        return 1
    fi
    mkdir -p "$work/downloads"
    cd "$work/downloads"
    # shellcheck disable=SC2086
    private_apt download $programs $libraries $toolchain &
    local packages=$!
    private_apt source --download-only kubernetes
    wait $packages
}

unpack_packages() {
    local package jobs=() new=$work/unpacked.new
    rm -rf "$new"
    mkdir -p "$new/debian" "$new/go" "$new/gopath/src/k8s.io/kubernetes"
    # Without its documentation and what is only for its end-to-end tests.
    tar -xzf "$(newest "kubernetes_*.orig.tar.gz")" -C "$new/gopath/src/k8s.io/kubernetes" --strip-components=1 \
        --exclude='*/CHANGELOG' --exclude='*/LICENSES' --exclude='*/docs' --exclude='*_test.go' &
    jobs+=($!)
    for package in $toolchain; do
        dpkg-deb -x "$(newest "${package}_*.deb")" "$new/go" &
        jobs+=($!)
    done
    for package in $programs $libraries; do
        dpkg-deb -x "$(newest "${package}_*.deb")" "$new/debian"
    done
    for package in "${jobs[@]}"; do wait "$package"; done
    rm -rf "$work/unpacked"
    mv "$new" "$work/unpacked"
}

# The newest download of that name: a cache may hold an older one as well.
newest() {
    find "$work/downloads" -name "$1" -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-
}
