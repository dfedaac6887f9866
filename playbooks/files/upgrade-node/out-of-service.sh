#!/bin/sh
# Takes this node out of service, and brings it back: with the node's own credentials, with which it
# may evict the pods that run on it and no others
# (https://kubernetes.io/docs/reference/access-authn-authz/node/).
# usage: out-of-service begin SECONDS    no new pods; those that are here leave, disruption budgets honoured
#        out-of-service check            whether that is so
#        out-of-service end              as it was before
set -eu
export KUBECONFIG=/etc/kubernetes/kubelet.conf
node=$(uname -n)
# There as long as the node is out of service because of us, and not because of somebody else.
mark=/var/lib/provisioner/out-of-service

api() { kubectl --request-timeout 20s "$@"; }

# "true" where it takes no new pods. Here as below: what cannot be told is not the same as nothing.
unschedulable() { api get node "$node" -o jsonpath='{.spec.unschedulable}'; }

# NAMESPACE|NAME|KIND OF OWNER|MIRROR|TERMINATING|PHASE of every pod here
pods() {
    api get pods --all-namespaces --field-selector "spec.nodeName=$node" -o jsonpath='{range .items[*]}{.metadata.namespace}|{.metadata.name}|{.metadata.ownerReferences[0].kind}|{.metadata.annotations.kubernetes\.io/config\.mirror}|{.metadata.deletionTimestamp}|{.status.phase}{"\n"}{end}'
}

# Static pods and those of DaemonSets stay: nobody else could run them.
leaving() {
    all=$(pods) || return
    printf '%s\n' "$all" | awk -F'|' 'NF && $3 != "DaemonSet" && $4 == ""'
}

# What nobody would make anew elsewhere.
alone() {
    here=$(leaving) || return
    printf '%s\n' "$here" | awk -F'|' 'NF && $3 == "" && $6 != "Succeeded" && $6 != "Failed" { print $1 "/" $2 }'
}

# Node objects count as owners of mirror pods only, which were left out.
evict() {
    for group in policy/v1 policy/v1beta1; do
        said=$(printf '{"apiVersion":"%s","kind":"Eviction","metadata":{"namespace":"%s","name":"%s"}}' "$group" "$1" "$2" |
            api create --raw "/api/v1/namespaces/$1/pods/$2/eviction" -f - 2>&1) && return
        # 1.22 brought the first one of the two.
        case $said in *'no kind "Eviction" is registered'* | *BadRequest* | *'could not find the requested resource'*) ;; *) break ;; esac
    done
    case $said in
    *NotFound* | *'not found'*) ;;
    *) echo "$1/$2: $said" ;;
    esac
}

# What the node says where it is not ready: then it may be its own fault that pods do not end.
unwell() {
    api get node "$node" -o jsonpath='{range .status.conditions[?(@.type=="Ready")]}{.status}|{.message}{end}' |
        awk -F'|' '$1 != "True" { print "the node is not ready: " $2 }'
}

begin() {
    cordoned=$(unschedulable)
    [ "$cordoned" = true ] || {
        : >"$mark"
        api patch node "$node" -p '{"spec":{"unschedulable":true}}'
    }
    lost=$(alone)
    [ -z "$lost" ] || {
        echo "these pods belong to nobody who would make them anew elsewhere; delete them, or move them:"
        echo "$lost"
        return 1
    }
    deadline=$(($(date +%s) + $1))
    while :; do
        here=$(leaving)
        [ -n "$here" ] || return 0
        refused=$(printf '%s\n' "$here" | while IFS='|' read -r namespace name _ _ terminating _; do
            [ -n "$terminating" ] || evict "$namespace" "$name"
        done)
        if [ "$(date +%s)" -ge "$deadline" ]; then
            echo "these pods are still here after $1 s:"
            printf '%s\n' "$here" | awk -F'|' '{ print $1 "/" $2 }'
            [ -z "$refused" ] || printf '%s\n' "why:" "$refused"
            unwell
            return 1
        fi
        printf '%s\n' "$here" | awk -F'|' '{ print "waiting for " NR " of them, the last is " $1 "/" $2 }' | tail -n 1
        sleep 1
    done
}

end() {
    [ -e "$mark" ] || return 0
    cordoned=$(unschedulable)
    [ "$cordoned" != true ] || api patch node "$node" -p '{"spec":{"unschedulable":false}}'
    rm -f "$mark"
}

case ${1:-} in
begin) begin "$2" ;;
check)
    cordoned=$(unschedulable) || exit 3
    here=$(leaving) || exit 3
    [ "$cordoned" = true ] && [ -z "$here" ]
    ;;
end) end ;;
*)
    sed -n '/^# usage/,/^#  /s/^# //p' "$0"
    exit 2
    ;;
esac
