
# What goes back to the control machine.

frame() { printf '%s %s\n' "$p_nonce" "$*" >&3; }

# payload VERB FILE: the last bytes of a file, its length first so that content never passes for a frame.
payload() {
    tail -c "$p_bound" "$2" >"$p_tmp/payload"
    p_size=$(wc -c <"$p_tmp/payload")
    frame "$1" $((p_size))
    cat "$p_tmp/payload" >&3
    printf '\n' >&3
}

text_payload() {
    printf '%s' "$2" >"$p_tmp/text"
    payload "$1" "$p_tmp/text"
}
