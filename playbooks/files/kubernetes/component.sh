#!/bin/sh
# The cluster's own components on this host, as containers: by ctr, which comes with containerd wherever that
# comes from. There need be no crictl: kubeadm has done without since 1.31.
# usage: component running NAME             its container, if one runs
#        component stop NAME SECONDS        it is asked to end, and made to after so many seconds
#        component inside NAME COMMAND...   a command in that container
#        component log NAME                 the file of its log
#        component words NAME               the last lines of it
set -eu

of_cluster() { ctr -n k8s.io "$@" </dev/null; }

running() {
    tasks=$(of_cluster tasks ls) || return
    containers=$(of_cluster containers ls -q \
        "labels.\"io.kubernetes.pod.namespace\"==\"kube-system\",labels.\"io.kubernetes.container.name\"==\"$1\"") || return
    for id in $containers; do
        printf '%s\n' "$tasks" | awk -v id="$id" '$1 == id && $3 == "RUNNING" { print id; exit }'
    done | head -n 1
}

# Where nobody can tell, it has not ended.
is_running() {
    tasks=$(of_cluster tasks ls) || return 0
    printf '%s\n' "$tasks" | awk -v id="$1" '$1 == id && $3 == "RUNNING" { found = 1 } END { exit !found }'
}

stop() {
    id=$(running "$1")
    [ -n "$id" ] || return 0
    of_cluster tasks kill -s SIGTERM "$id" || :
    turns=0
    while is_running "$id"; do
        turns=$((turns + 1))
        [ "$turns" -ne $(($2 * 5)) ] || of_cluster tasks kill -s SIGKILL "$id" || :
        [ "$turns" -lt $(($2 * 5 + 100)) ] || {
            echo "$1 does not end"
            return 1
        }
        sleep 0.2
    done
}

inside() {
    id=$(running "$1")
    shift
    [ -n "$id" ] || return 1
    of_cluster tasks exec --exec-id "provisioner-$$" "$id" "$@"
}

log() {
    # shellcheck disable=SC2012 # names that kubelet has made
    ls -t /var/log/pods/kube-system_*/"$1"/*.log 2>/dev/null | head -n 1
}

words() {
    last=$(log "$1")
    [ -z "$last" ] || tail -n 20 "$last"
}

case ${1:-} in
running | stop | inside | log | words) "$@" ;;
*)
    sed -n '/^# usage/,/^#  /s/^# //p' "$0"
    exit 2
    ;;
esac
