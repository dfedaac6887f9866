
# Files, directories, links, lines, blocks.

# look IDS PATH...: what stat says of the files of many steps, asked once; `seen` goes by it until something is
# applied. Nothing costs a check as much as starting a program.
look() {
    p_looked=1
    p_ids=$1
    shift
    p_stats=$(stat -c "$p_seen_format" -- "$@" 2>/dev/null) || :
    for p_id in $p_ids; do
        # Those that are not there have no line.
        case $p_stats in
        "$1|"*)
            p_seen=${p_stats%%"$p_newline"*}
            p_stats=${p_stats#"$p_seen"}
            p_stats=${p_stats#"$p_newline"}
            ;;
        *) p_seen= ;;
        esac
        eval "p_seen_$p_id=\$p_seen"
        shift
    done
}

# seen PATH: MODE OWNER GROUP|INODE SIZE TIMES of the file of this step, in p_seen.
seen() {
    p_seen=
    [ -z "$p_looked" ] || eval "p_seen=\${p_seen_$p_id-}"
    case $p_seen in
    "$1|"*) ;;
    *) p_seen=$(stat -c "$p_seen_format" -- "$1" 2>/dev/null) || return 1 ;;
    esac
    p_seen=${p_seen#"$1|"}
}
p_seen_format='%n|%a %U %G|%i %s %y %z'

# owned PATH MODE OWNER GROUP
owned() {
    seen "$1" || return 1
    p_now=${p_seen%%|*}
    [ "$p_now" = "${2#0} $3 $4" ] || {
        p_detail="mode and owner: $p_now -> ${2#0} $3 $4"
        return 1
    }
}

# file DEST MODE OWNER GROUP CONTENT
check_file() {
    p_path=$1
    [ -f "$1" ] && [ ! -L "$1" ] || return 1
    printf '%s' "$5" >"$p_file"
    cmp -s "$p_file" "$1" && owned "$1" "$2" "$3" "$4"
}
apply_file() {
    ledger_file "$1"
    p_new=$1.provisioner-new
    parents "$1"
    printf '%s' "$5" >"$p_new"
    place "$p_new" "$@"
}

# place NEW DEST MODE OWNER GROUP: over the old one in one go, so that no reader sees a half.
place() {
    chown "$4:$5" "$1"
    chmod "$3" "$1"
    sync "$1"
    mv -fT "$1" "$2"
}

check_absent() { p_path=$1 && [ ! -e "$1" ] && [ ! -L "$1" ]; }
apply_absent() {
    ledger_file "$1"
    rm -f "$1"
}

# directory PATH MODE OWNER GROUP
check_directory() { [ -d "$1" ] && owned "$1" "$2" "$3" "$4"; }
apply_directory() {
    if [ -d "$1" ]; then ledger directory "$1" "$(stat -c '%a %u %g' "$1")"; else ledger directory "$1" absent; fi
    parents "$1"
    mkdir -p "$1"
    chown "$3:$4" "$1"
    chmod "$2" "$1"
}

# parents PATH: the directories above it.
parents() {
    [ -n "${1%/*}" ] && [ ! -d "${1%/*}" ] || return 0
    parents "${1%/*}"
    case $1 in /run/*) ;; *) ledger directory "${1%/*}" absent ;; esac
    mkdir -m 0755 "${1%/*}"
}

# link DEST TARGET
check_link() { [ -L "$1" ] && [ "$(readlink "$1")" = "$2" ]; }
apply_link() {
    ledger_file "$1"
    parents "$1"
    ln -sfT "$2" "$1"
}

# line PATH LINE
check_line() {
    p_path=$1
    { [ ! -e "$1" ] || cat "$1"; } >"$p_file"
    grep -qxF -e "$2" "$p_file" && return
    [ ! -s "$p_file" ] || [ -z "$(tail -c 1 "$p_file")" ] || printf '\n' >>"$p_file"
    printf '%s\n' "$2" >>"$p_file"
    return 1
}
apply_line() {
    parents "$1"
    p_sum=$(printf '%s\n' "$2" | sha256sum)
    p_sum=${p_sum%% *}
    mkdir -p "$p_state/lines"
    printf '%s\n' "$2" >"$p_state/lines/$p_sum"
    ledger line "$1 # $p_sum" "$(ending "$1")"
    rewrite "$1"
}

# ending PATH: whether there is such a file, and a newline at its end.
ending() {
    if [ ! -e "$1" ]; then
        echo absent
    elif [ -s "$1" ] && [ -n "$(tail -c 1 "$1")" ]; then
        echo open
    else
        echo whole
    fi
}

# block PATH MARKER TEXT: what stands between its two marker lines is ours, the rest is not.
check_block() {
    p_path=$1
    without_block "$1" "$2" >"$p_file"
    printf '# BEGIN provisioner %s\n%s\n# END provisioner %s\n' "$2" "$3" "$2" >>"$p_file"
    cmp -s "$p_file" "$1"
}
apply_block() {
    parents "$1"
    ledger block "$1 # $2" "$(ending "$1")"
    rewrite "$1"
}
without_block() {
    { [ ! -e "$1" ] || cat "$1"; } | p_b="# BEGIN provisioner $2" p_e="# END provisioner $2" awk '
        $0 == ENVIRON["p_b"] { ours = 1; next }
        $0 == ENVIRON["p_e"] { ours = 0; next }
        !ours'
}

# rewrite PATH: by what the check made of it, with the mode and owner it has.
rewrite() {
    p_keep='644 root root'
    [ ! -e "$1" ] || p_keep=$(stat -c '%a %U %G' "$1")
    replace "$1"
}

# replace PATH: by p_file, mode and owner being p_keep.
replace() {
    p_new=$1.provisioner-new
    cp "$p_file" "$p_new"
    # In a container /etc/hosts and its like may be mounts, which cannot be replaced, only written.
    if mountpoint -q "$1"; then
        cat "$p_new" >"$1"
        rm -f "$p_new"
    else
        # shellcheck disable=SC2086 # three words
        place "$p_new" "$1" $p_keep
    fi
}
