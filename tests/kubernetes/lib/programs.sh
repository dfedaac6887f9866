# shellcheck shell=bash disable=SC2154  # variables of ../build
# Kubernetes' own programs, and three small ones of ours, by Debian's Go 1.15.
set -euo pipefail

kubernetes=$work/unpacked/gopath/src/k8s.io/kubernetes

go_environment() {
    export GOROOT=$work/unpacked/go/usr/lib/go-1.15 GOPATH=$work/unpacked/gopath
    export GO111MODULE=off GOENV=off GOFLAGS=-trimpath CGO_ENABLED=0 GOCACHE=$cache/go-build
    export PATH=$GOROOT/bin:$PATH
    # The compiler collects less garbage where there is room for it.
    if [ "$(awk '/MemAvailable/ {print $2}' /proc/meminfo)" -gt 8000000 ]; then export GOGC=400; fi
    cd "$kubernetes"
}

# The API server's one source file that the release generates and Debian does not carry:
# the OpenAPI definitions of every package that asks for them.
generate_openapi() {
    local file=pkg/generated/openapi/zz_generated.openapi.go packages
    go_environment
    if [ -f "$file" ]; then return; fi
    packages=$(grep -rl --include='*.go' '^[[:space:]]*// *+k8s:openapi-gen=' pkg staging | xargs -n1 dirname | sort -u |
        grep -v -e /code-generator/ -e /sample-apiserver/ |
        sed 's,^staging/src/,vendor/,; s,^,k8s.io/kubernetes/,' | paste -sd,)
    go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    rm -rf "$work/openapi"
    "$work/openapi-gen" --logtostderr -i "$packages" -p openapi -O zz_generated.openapi \
        -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -o "$work/openapi" -r "$work/openapi-violations"
    mv "$work/openapi/openapi/zz_generated.openapi.go" "$file"
}

build_programs() {
    local flags='-s -w -buildid=' package variable made=$work/programs/$version program
    go_environment
    # Inside the tree, as they use what it vendors.
    for program in crictl pause web; do
        mkdir -p "cmd/provisioner-$program"
        cmp -s "$here/$program/main.go" "cmd/provisioner-$program/main.go" ||
            cp "$here/$program/main.go" "cmd/provisioner-$program/main.go"
    done
    for package in component-base/version client-go/pkg/version; do
        for variable in gitVersion="$version" gitMajor=1 gitMinor=20 gitTreeState=clean buildDate=2021-01-13T00:00:00Z; do
            flags="$flags -X k8s.io/kubernetes/vendor/k8s.io/$package.$variable"
        done
    done
    flags="$flags -X main.version=$version"
    mkdir -p "$made"
    # Kubernetes' own tags: without the clouds' SDKs and dockershim, a third smaller and faster.
    go build -tags providerless,dockerless -ldflags "$flags" -o "$made/" \
        ./cmd/kube{adm,let,ctl,-apiserver,-controller-manager,-scheduler,-proxy} ./cmd/provisioner-{crictl,pause,web}

    rm -rf "${out:?}/bin"
    mkdir -p "$out/bin"
    for program in kubeadm kubelet kubectl; do cp "$made/$program" "$out/bin/"; done
    cp "$made/provisioner-crictl" "$out/bin/crictl"
    cp -a "$work/unpacked/debian/usr/lib/cni" "$out/bin/cni"
    # A DHCP client as large as three others together, of use to nobody here.
    rm -f "$out/bin/cni/dhcp"
}
