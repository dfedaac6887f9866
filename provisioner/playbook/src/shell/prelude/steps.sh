
# check || act, and what is told of it.

# step ID FLAGS SECONDS DIGEST NOTIFY ONLY_IF KIND ARGUMENT...
# FLAGS: a hyphen and: s = secret (nothing of it is shown), d = detached, t = transient (no change to tell of).
step() {
    p_id=$1 p_flags=$2 p_seconds=$3 p_digest=$4 p_notify=$5 p_only_if=$6 p_kind=$7
    shift 7
    if [ -e "$p_stop" ]; then
        end_stage interrupted
        p_over=1
        return
    fi
    frame begin "$p_id"
    : >"$p_tmp/output"
    if [ -n "$p_only_if" ]; then
        run_text "$p_seconds" "$p_only_if" >"$p_tmp/output" 2>&1
        case $? in
        0) ;;
        3)
            if [ "$p_mode" = check ]; then finish unknown; else finish skipped; fi
            return
            ;;
        1)
            finish skipped
            return
            ;;
        *)
            if [ "$p_mode" = check ]; then finish unknown; else fail 'its condition could not be evaluated'; fi
            return
            ;;
        esac
    fi
    if [ "$p_kind" = query ]; then query "$@"; else converge "$@"; fi
}

# handler ID FLAGS SECONDS DIGEST KEY KIND ARGUMENT...: runs if its mark is there, silent otherwise.
handler() {
    p_id=$1 p_flags=$2 p_seconds=$3 p_digest=$4 p_notify='' p_mark=$5 p_kind=$6
    shift 6
    case $p_notified in
    *" $p_mark "*) ;;
    *) [ -e "$p_state/pending/$p_mark" ] || return 0 ;;
    esac
    frame begin "$p_id"
    : >"$p_tmp/output"
    converge "$@"
    [ "$p_mode" = check ] || [ -n "$p_over" ] || rm -f "$p_state/pending/$p_mark"
}

# check || act, then look again: a step that says it did something has seen the result. Never to be called
# left of || or && nor as a condition: a shell ignores `set -e` all the way below such a place.
converge() {
    p_attached='' p_applied=''
    case $p_flags in
    *d*)
        p_job=$p_run_dir/jobs/$p_digest
        if [ "$p_mode" = apply ] && [ -e "$p_job/pid" ]; then
            p_attached=1 p_looked=''
            await_job >"$p_tmp/output" 2>&1
        fi
        ;;
    esac
    p_detail=
    check "$@"
    case $? in
    0)
        if [ -n "$p_attached" ]; then finish changed; else finish ok; fi
        return
        ;;
    1) ;;
    2)
        if [ "$p_mode" = check ]; then
            finish unknown
            return
        fi
        ;;
    *)
        fail 'its check failed'
        return
        ;;
    esac
    for p_mark in $p_notify; do
        p_notified="$p_notified$p_mark "
        [ "$p_mode" = check ] || : >"$p_state/pending/$p_mark"
    done
    case $p_flags in *[st]*) ;; *) show ;; esac
    if [ "$p_mode" = check ]; then
        finish changed
        return
    fi
    (
        set -eu
        "apply_$p_kind" "$@"
    ) >"$p_tmp/output" 2>&1 </dev/null
    p_code=$?
    if [ "$p_code" != 0 ]; then
        if [ "$p_code" = 124 ]; then fail "it took longer than $p_seconds s"; else fail "exit code $p_code"; fi
        return
    fi
    p_applied=1 p_looked='' p_images_known=''
    check "$@"
    case $? in
    0 | 2) if [ "$p_kind" = wait ]; then finish ok; else finish changed; fi ;;
    *)
        fail 'it was applied, yet does not hold'
        return
        ;;
    esac
}

# 0 holds, 1 does not, 2 cannot be known; what the check prints is shown when it fails.
check() { "check_$p_kind" "$@" >>"$p_tmp/output" 2>&1 </dev/null; }

# What the check found, for the plan: p_detail a line of text, or the file before (and after, if made here).
show() {
    [ -z "$p_detail" ] || text_payload "detail $p_id" "$p_detail"
    if [ "$p_kind" = file ] || [ "$p_kind" = unit ] || [ "$p_kind" = block ] || [ "$p_kind" = line ]; then
        p_bound=65536
        if [ -f "$p_path" ]; then payload "before $p_id" "$p_path"; fi
        [ "$p_kind" = file ] || [ "$p_kind" = unit ] || payload "after $p_id" "$p_file"
        p_bound=8192
    fi
}

finish() {
    case $1$p_flags in
    changed-*t*) frame end "$p_id" ok ;;
    *) frame end "$p_id" "$1" ;;
    esac
}

fail() {
    case $p_flags in *s*) ;; *) payload "output $p_id" "$p_tmp/output" ;; esac
    text_payload "error $p_id" "$1"
    finish failed
    end_stage failed
    p_over=1
}
