
# Commands, queries, waits.

# command RUN CREATES UNLESS STDIN UNDO-KEY BEFORE UNDO
check_command() {
    [ -z "$2" ] || { [ -e "$2" ] && return 0 || return 1; }
    [ -n "$3" ] || return 2
    run_text "$p_seconds" "$3" >/dev/null
    case $? in
    0) return 0 ;;
    3) return 2 ;;
    *) return 1 ;;
    esac
}
apply_command() {
    [ -z "$5" ] || ledger_undo "$5" "$6" "$7"
    printf '%s\n' "$1" >"$p_tmp/command.sh"
    printf '%s' "$4" >"$p_tmp/stdin"
    p_code=0
    case $p_flags in
    *d*) job "$p_digest" "$p_seconds" "$p_tmp/command.sh" "$p_tmp/stdin" || p_code=$? ;;
    *) run "$p_seconds" "$p_tmp/command.sh" "$p_tmp/stdin" || p_code=$? ;;
    esac
    rm -f "$p_tmp/stdin"
    return "$p_code"
}

# query NAME RUN: changes nothing, so it runs in either mode.
query() {
    if run_text "$p_seconds" "$2" >"$p_tmp/register" 2>"$p_tmp/output"; then
        p_bound=262144
        payload "register $p_id $1" "$p_tmp/register"
        p_bound=8192
        finish ok
    elif [ "$p_mode" = check ]; then
        finish unknown
    else
        fail 'the query failed'
    fi
}

# wait UNTIL REASON: says why not yet, whenever that changes.
check_wait() {
    run_text "$p_seconds" "$1" >/dev/null && return
    [ "$p_mode" != check ] || return 2
    return 1
}
apply_wait() {
    p_deadline=$(($(date +%s) + p_seconds))
    p_said=
    until run_text "$p_seconds" "$1" >/dev/null 2>&1; do
        p_why=$([ -z "$2" ] || run_text "$p_seconds" "$2" 2>&1 | tr -d '\000-\011\013-\037' | tr '\n' ' ' | cut -c 1-400)
        if [ "$p_why" != "$p_said" ]; then
            frame waiting "$p_id" 0 "$p_why"
            p_said=$p_why
        else
            frame alive
        fi
        if [ "$(date +%s)" -ge "$p_deadline" ]; then
            echo "still waiting after $p_seconds s: $p_why"
            return 124
        fi
        sleep 0.3
    done
}
