# shellcheck shell=bash disable=SC2154  # variables of ../build
# Container images without a container tool: a folder becomes a tar of one layer, one
# configuration and one manifest, which `ctr images import` and `docker load` take.
set -euo pipefail

debian=$work/unpacked/debian

build_images() {
    local name program jobs=() job roots=$work/roots made=$work/programs/$version
    rm -rf "$out/images" "$roots"
    mkdir -p "$out/images"
    # kubeadm itself says which images, under which names, it is going to ask for.
    for name in $("$out/bin/kubeadm" config images list --kubernetes-version "$version") provisioner.test/web:1; do
        program=${name##*/}
        program=${program%:*}
        case $program in
            kube-proxy) root_of_kube_proxy "$roots/$program" ;;
            etcd) root_of_etcd "$roots/$program" ;;
            pause | web) add "$roots/$program" "$made/provisioner-$program" "/usr/local/bin/$program" ;;
            kube-*) add "$roots/$program" "$made/$program" "/usr/local/bin/$program" ;;
            *) echo "left out: $name"; continue ;;      # coredns, which Debian does not have
        esac
        image "$name" "$program" "$roots/$program" "$out/images/$program.tar" &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job"; done
    rm -rf "$roots"
}

# add ROOT FILE PATH: a hard link where it can be one.
add() {
    mkdir -p "$1$(dirname "$3")"
    cp -l "$2" "$1$3" 2>/dev/null || cp "$2" "$1$3"
}

root_of_etcd() {
    add "$1" "$debian/usr/bin/etcd" /usr/local/bin/etcd
    add "$1" "$debian/usr/bin/etcdctl" /usr/local/bin/etcdctl
    add_libraries "$1" "$debian/usr/bin/etcd"
}

# Those few programs that kube-proxy calls, by their full weight 5 MB; a minimal Debian
# with the same packages would be 80 MB, on every node.
root_of_kube_proxy() {
    local file variant name
    add "$1" "$work/programs/$version/kube-proxy" /usr/local/bin/kube-proxy
    for file in usr/sbin/xtables-nft-multi usr/sbin/xtables-legacy-multi usr/sbin/ipset usr/sbin/conntrack; do
        add "$1" "$debian/$file" "/$file"
        add_libraries "$1" "$debian/$file"
    done
    for file in "$debian"/usr/lib/*-linux-gnu/xtables/*.so; do
        add "$1" "$file" "${file#"$debian"}"
    done
    add_libraries "$1" "$debian"/usr/lib/*-linux-gnu/xtables/*.so
    # nft is what Debian's hosts use, and kubelet on them: the two must agree. Legacy only
    # where it is the only one that works.
    variant=nft
    if ! works_with_iptables "$1" nft && works_with_iptables "$1" legacy; then variant=legacy; fi
    echo "iptables: $variant"
    for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
        ln -s "xtables-$variant-multi" "$1/usr/sbin/$name"
    done
    mkdir -p "$1/run"       # for xtables.lock
    # Without it ipset does not know tcp, and in ipvs mode nothing that leaves a node for a service finds its way back.
    mkdir -p "$1/etc"
    printf '%s\n' 'tcp 6 TCP' 'udp 17 UDP' 'sctp 132 SCTP' >"$1/etc/protocols"
}

# Tried on this machine's kernel, in a network of its own.
works_with_iptables() {
    unshare --net chroot "$1" "/usr/sbin/xtables-$2-multi" iptables -t nat -A POSTROUTING \
        -m comment --comment probe -m mark --mark 1/1 -j MASQUERADE
}

# add_libraries ROOT FILE ...: what these need, from Debian's packages and not from this machine.
add_libraries() {
    local root=$1 loader library path
    shift
    loader=$(find "$debian/lib64" "$debian/lib" -maxdepth 1 -name 'ld-linux*' 2>/dev/null | head -n 1)
    path=$(echo "$debian"/lib/*-linux-gnu):$(echo "$debian"/usr/lib/*-linux-gnu)
    for library in $(for file; do "$loader" --library-path "$path" --list "$file"; done |
        sed -n 's,.* => \(/[^ ]*\) .*,\1,p' | sort -u); do
        # Found elsewhere, it would be this machine's: then a package is missing in packages.sh.
        case $library in "$debian"/*) ;; *) echo "$library is not from Debian's packages"; return 1 ;; esac
        mkdir -p "$root$(dirname "${library#"$debian"}")"
        cp -L "$library" "$root${library#"$debian"}"
    done
    mkdir -p "$root$(dirname "${loader#"$debian"}")"
    cp -L "$loader" "$root${loader#"$debian"}"
}

# image NAME ENTRYPOINT ROOT TAR. Sorted and without times: the same input, the same bytes.
image() {
    local name=$1 entrypoint=$2 root=$3 tar=$4 parts=$3.parts layer config
    local same=(--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner)
    mkdir -p "$root/tmp" "$parts"
    chmod 1777 "$root/tmp"
    tar "${same[@]}" -C "$root" -cf "$parts/layer.tar" .
    layer=$(sha256sum <"$parts/layer.tar")
    layer=${layer%% *}
    cat >"$parts/config.json" <<EOF
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"1970-01-01T00:00:00Z","config":{"Env":["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Entrypoint":["/usr/local/bin/$entrypoint"],"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"tests/kubernetes"}]}
EOF
    config=$(sha256sum <"$parts/config.json")
    config=${config%% *}
    mv "$parts/config.json" "$parts/$config.json"
    echo "[{\"Config\":\"$config.json\",\"RepoTags\":[\"$name\"],\"Layers\":[\"layer.tar\"]}]" >"$parts/manifest.json"
    tar "${same[@]}" -C "$parts" -cf "$tar.new" manifest.json "$config.json" layer.tar
    mv "$tar.new" "$tar"
    rm -rf "$root" "$parts"
}
