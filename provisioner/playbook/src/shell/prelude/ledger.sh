
# What was changed on this host, and what was there before.

# ledger KIND KEY BEFORE: the first entry for a thing wins, for it tells how the host was before us.
ledger() {
    ! in_ledger "$1" "$2" || return 0
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$p_run" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$p_state/ledger"
    sync "$p_state/ledger"
}
in_ledger() {
    [ -e "$p_state/ledger" ] && p_k=$1 p_n=$2 awk -F'\t' \
        'BEGIN { k = ENVIRON["p_k"]; n = ENVIRON["p_n"] } $1 == k && $2 == n { f = 1; exit } END { exit !f }' \
        "$p_state/ledger"
}

# ledger_file PATH: its content, mode and owner, or that it was absent.
ledger_file() {
    # In memory, and gone after a reboot in any case.
    case $1 in /run/*) return 0 ;; esac
    # What is there by now is ours, and may be a secret: only what was there before is kept.
    ! in_ledger file "$1" || return 0
    if [ -L "$1" ]; then
        ledger file "$1" "link $(readlink "$1")"
    elif [ -e "$1" ]; then
        p_sum=$(sha256sum <"$1")
        p_sum=${p_sum%% *}
        cp "$1" "$p_state/before/$p_sum"
        ledger file "$1" "content $p_sum $(stat -c '%a %u %g' "$1")"
    else
        ledger file "$1" absent
    fi
}

# ledger_undo KEY BEFORE UNDO: what takes back a command, as shell text that knows by $before what the
# text BEFORE prints now. Kept beside the ledger, so that it is the one which belongs to what was done.
ledger_undo() {
    ! in_ledger command "$1" || return 0
    p_undo=$p_state/before/undo-$1
    run_text "$p_seconds" "$2" >"$p_undo.before"
    printf '%s\n' "$3" >"$p_undo"
    sync "$p_undo" "$p_undo.before"
    ledger command "$1" "undo"
}
