
# The run in this shell, and its lock.

# begin_run RUN NONCE: a folder in memory for what this shell needs; those of dead shells go.
begin_run() {
    p_run=$1 p_nonce=$2
    for p_left in "$p_run_dir"/shell.*; do
        kill -0 "${p_left##*.}" 2>/dev/null || rm -rf "$p_left"
    done
    p_tmp=$p_run_dir/shell.$$
    p_stop=$p_run_dir/stop.$1
    mkdir -p "$p_tmp" "$p_run_dir/jobs"
    # Only its own: another run may have been asked to stop this very moment.
    rm -f "$p_stop"
    trap 'rm -rf "$p_tmp" "$p_stop"' EXIT
}

# lock HOLDER SSHD [ENDED]: a flock held by this shell, so it goes when the shell goes. ENDED is another run
# that is known to have ended, though nobody has told this host.
lock() {
    exec 9>>"$p_run_dir/lock"
    p_turn=0
    until flock -n 9; do
        p_held_run='' p_held_shell='' p_held_sshd='' p_held_by=''
        IFS='	' read -r p_held_run p_held_shell p_held_sshd p_held_by <"$p_run_dir/holder" || :
        # A shell whose connection is gone holds nothing any more, nor does this run's own earlier one.
        if [ "$p_held_run" = "$p_run" ] || [ "$p_held_run" = "${3:-$p_run}" ] || ! kill -0 "$p_held_sshd" 2>/dev/null; then
            # Only a process that has the lock open is the one the file speaks of.
            [ "$(readlink "/proc/$p_held_shell/fd/9")" != "$p_run_dir/lock" ] || end_tree "$p_held_shell"
        fi
        # A connection that was cut this very moment takes its own moment to end.
        if [ "$p_turn" -ge 20 ]; then
            exec 9>&-
            text_payload "held $p_held_run" "$p_held_by, run $p_held_run (process $p_held_shell on the host)"
            return 0
        fi
        p_turn=$((p_turn + 1))
        sleep 0.1
    done
    printf '%s\t%s\t%s\t%s\n' "$p_run" "$$" "$2" "$1" >"$p_run_dir/holder"
    frame locked
}

# end_tree PID: the process and what it started, except jobs, which have sessions of their own.
end_tree() {
    for p_child in $(ps -o pid= --ppid "$1" 2>/dev/null); do
        end_tree "$p_child"
    done
    kill -KILL "$1" 2>/dev/null || :
}

# begin_stage MODE
begin_stage() {
    p_mode=$1
    p_over='' # set when no further step is to begin
    p_looked='' p_images='' p_images_known='' p_notified=' '
    [ "$p_mode" = check ] || [ -d "$p_state/images" ] || mkdir -p "$p_state/before" "$p_state/pending" "$p_state/digests" "$p_state/images"
    p_file=$p_tmp/file
}

end_stage() { frame ended "${1:-ok}"; }
