
# Running commands: in this shell's time, or as jobs that outlive it.

# run SECONDS FILE [STDIN]: shell text in a file, so that no value of it shows in an argument list.
run() (
    umask 022
    # kubectl keeps what it has learned in the home: that of root is not ours.
    export HOME="$p_run_dir"
    exec timeout -k 5 "$1" /bin/sh -eu "$2" <"${3:-/dev/null}" 3>&- 9>&-
)

# run_text SECONDS TEXT
run_text() {
    printf '%s\n' "$2" >"$p_tmp/text.sh"
    run "$1" "$p_tmp/text.sh"
}

# job DIGEST SECONDS FILE [STDIN]: the same in a session of its own, which outlives this connection.
job() {
    p_job=$p_run_dir/jobs/$1
    if [ ! -e "$p_job/pid" ]; then
        rm -rf "$p_job"
        mkdir -p "$p_job"
        cp "$3" "$p_job/script"
        cp "${4:-/dev/null}" "$p_job/stdin"
        # Forked: end_tree goes by parents, and this one is not to be found there.
        setsid -f /bin/sh -c 'echo $$ >"$1/pid.new"; mv "$1/pid.new" "$1/pid"
            (umask 022; export HOME="$3"; exec timeout -k 5 "$2" /bin/sh -eu "$1/script" <"$1/stdin") >"$1/output" 2>&1
            echo $? >"$1/code.new"; mv "$1/code.new" "$1/code"' \
            job "$p_job" "$2" "$p_run_dir" </dev/null >/dev/null 2>&1 3>&- 9>&-
        until [ -e "$p_job/pid" ]; do sleep 0.02; done
    fi
    await_job
}

# Each turn writes to the channel: a shell whose connection is gone ends there, and its lock with it.
await_job() {
    p_turn=0
    while [ ! -e "$p_job/code" ] && kill -0 "$(cat "$p_job/pid")" 2>/dev/null; do
        if [ $((p_turn % 10)) = 0 ]; then
            frame waiting "$p_id" $((p_turn / 10)) "$(tail -n 1 "$p_job/output" 2>/dev/null | tr -d '\000-\037' | cut -c 1-160)"
        fi
        p_turn=$((p_turn + 1))
        sleep 0.1
    done
    p_code=$(cat "$p_job/code" 2>/dev/null || echo 137)
    cat "$p_job/output" 2>/dev/null || :
    rm -rf "$p_job"
    return "$p_code"
}
