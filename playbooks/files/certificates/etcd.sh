#!/bin/sh
# The etcd of a control plane, asked over its JSON gateway (https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/).
# So it takes neither a program out of etcd's image, nor a pod to run it in, nor an API server that answers.
# usage: etcd [-u URL] members      a line for each member: ID NAME PEER CLIENT voter|learner, "-" for what it lacks
#        etcd [-u URL] healthy      whether it answers, knows a leader and could write
#        etcd [-u URL] leads        whether it is the leader
#        etcd [-u URL] list         the members, as JSON
#        etcd [-u URL] status       how its store is, as JSON
#        etcd [-u URL] remove ID
#        etcd [-u URL] hand-over ID   another member leads from now on
#        etcd [-u URL] defragment     it answers nobody meanwhile
#        etcd [-u URL] beginning KEY/ TEXT   how many values below the key begin so, and how many there are
set -eu
certificates=/etc/kubernetes/pki/etcd
url=https://127.0.0.1:2379

# kubectl is the HTTP client that every host has.
ask() {
    kubectl --kubeconfig /dev/null --server "$url" --certificate-authority "$certificates/ca.crt" \
        --client-certificate "$certificates/healthcheck-client.crt" --client-key "$certificates/healthcheck-client.key" "$@"
}

# call SECONDS PATH BODY
call() { printf '%s' "$3" | ask --request-timeout "$1s" create --raw "/v3/$2" -f -; }

list() { call 5 cluster/member/list '{}'; }
status() { call 5 maintenance/status '{}'; }

members() {
    all=$(list)
    # No value of these has a space or a brace in it.
    printf '%s\n' "$all" | tr -d ' ' | sed 's/.*"members":\[{//; s/},{/\n/g' | awk '
        function value(key, list) {
            if (!match($0, "\"" key "\":" list "\"[^\"]*\"")) return "-"
            found = substr($0, RSTART, RLENGTH - 1)
            sub(/.*"/, "", found)
            return found == "" ? "-" : found
        }
        { print value("ID"), value("name"), value("peerURLs", "\\["), value("clientURLs", "\\["),
            (/"isLearner":true/ ? "learner" : "voter") }'
}

# Its own word: the leader is known, and it could write.
healthy() {
    answer=$(ask --request-timeout 5s get --raw /health)
    printf '%s\n' "$answer" | grep -Eq '"health" *: *"?true' || {
        echo "$answer"
        return 1
    }
}

leads() {
    state=$(status)
    printf '%s\n' "$state" | tr -d ' ' | awk '
        function id(key) { match($0, "\"" key "\":\"[0-9]*"); return substr($0, RSTART, RLENGTH) }
        { me = id("member_id"); leader = id("leader"); sub(/.*"/, "", me); sub(/.*"/, "", leader); exit !(me != "" && me == leader) }'
}

# Nothing more of a value is shown.
beginning() {
    from=$(printf %s "$1" | base64 -w 0)
    # The key after the last one that begins so: 0 comes after /.
    to=$(printf %s "${1%/}0" | base64 -w 0)
    all=$(call 120 kv/range "{\"key\":\"$from\",\"range_end\":\"$to\"}")
    found=0 count=0
    for value in $(printf '%s\n' "$all" | grep -o '"value": *"[^"]*"' | sed 's/.*"\(.*\)"/\1/'); do
        begins=$(printf %s "$value" | base64 -d | head -c ${#2} | tr -d '\0')
        count=$((count + 1))
        [ "$begins" != "$2" ] || found=$((found + 1))
    done
    # It says itself how many it has found; none are left out.
    printf '%s\n' "$all" | tr -d ' ' | grep -q '"header":'
    said=$(printf '%s\n' "$all" | tr -d ' ' | sed -n 's/.*"count":"\([0-9]*\)".*/\1/p')
    [ "${said:-0}" = "$count" ]
    echo "$found $count"
}

if [ "${1:-}" = -u ]; then
    url=$2
    shift 2
fi
case ${1:-} in
members | healthy | leads | list | status) "$1" ;;
remove) call 30 cluster/member/remove "{\"ID\":\"$2\"}" >/dev/null ;;
hand-over) call 30 maintenance/transfer-leadership "{\"targetID\":\"$2\"}" >/dev/null ;;
beginning) beginning "$2" "$3" ;;
defragment) call 300 maintenance/defragment '{}' >/dev/null ;;
*)
    sed -n '/^# usage/,/^#  /s/^# //p' "$0"
    exit 2
    ;;
esac
