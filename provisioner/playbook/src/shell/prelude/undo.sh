
# What the ledger tells of is made again as it was. Entries go when that has happened, so a run that
# was cut off goes on with those that are left.

# restore GROUP: services, settings, files, packages or folders.
check_restore() {
    p_detail=$(entries "$1" | told)
    if [ "$1" = packages ] && [ -n "$p_detail" ]; then
        restoring_packages 'list_kept'
        p_detail="$p_detail
$(run "$p_seconds" "$p_tmp/package.sh")"
    fi
    [ -z "$p_detail" ]
}
apply_restore() {
    if [ "$1" = packages ]; then
        restoring_packages 'restore_all'
        job "$p_digest" "$p_seconds" "$p_tmp/package.sh"
        forget packages
        return
    fi
    entries "$1" >"$p_tmp/entries"
    while IFS='	' read -r p_what p_key p_before; do
        "undo_$p_what" "$p_key" "$p_before" </dev/null
        # What undoes a command may do so only once.
        [ "$1" != settings ] || forget "$1" "$p_key"
    done <"$p_tmp/entries"
    ! grep -q '^file	[^	]*/systemd/' "$p_tmp/entries" || systemctl daemon-reload
    forget "$1"
}

group() {
    case $1 in
    services) echo service ;;
    settings) echo sysctl module mount user command ;;
    files) echo file block line ;;
    packages) echo package ;;
    folders) echo directory ;;
    esac
}

# entries GROUP: kind, key and what was there before, the latest change first; of folders the innermost.
# What lies in our own folder goes with it.
entries() {
    [ -e "$p_state/ledger" ] || return 0
    p_kinds=" $(group "$1") " p_own=$p_state/ awk -F'\t' -v OFS='\t' '
        index(ENVIRON["p_kinds"], " " $1 " ") && index($2, ENVIRON["p_own"]) != 1 { print $1, $2, $3 }' \
        "$p_state/ledger" | if [ "$1" = folders ]; then sort -r; else tac; fi
}

# forget GROUP [KEY]
forget() {
    p_kinds=" $(group "$1") " p_own=$p_state/ p_n=${2-} awk -F'\t' '
        { of = index(ENVIRON["p_kinds"], " " $1 " ") && index($2, ENVIRON["p_own"]) != 1 }
        of && (ENVIRON["p_n"] == "" || ENVIRON["p_n"] == $2) { next } 1' \
        "$p_state/ledger" >"$p_state/ledger.new"
    sync "$p_state/ledger.new"
    mv -f "$p_state/ledger.new" "$p_state/ledger"
}

# told: entries as people read them.
told() {
    awk -F'\t' '
        $1 == "service" { gsub(/(ActiveState|UnitFileState)=/, "", $3); sub(/ +$/, "", $3); print $2 ": " $3; next }
        $1 == "block" || $1 == "line" { sub(/ # [^#]*$/, "", $2); print $2 ": without our lines"; next }
        $1 == "module" { print $2 ": unloaded"; next }
        $1 == "sysctl" { print $2 ": " $3; next }
        $1 == "package" && $3 != "absent" { sub(/^installed /, "", $3); print $2 ": " $3; next }
        $1 == "directory" && $3 == "absent" { print $2 ": removed when empty"; next }
        $3 == "absent" { print $2 ": removed"; next }
        { print $2 ": as it was" }'
}

undo_service() {
    [ "$(systemctl show -p LoadState --value "$1")" = loaded ] || return 0
    # Before its package came there was no such service, whatever the package made of it. What enabled it
    # may have been us.
    if our_package_has "$1"; then
        systemctl -q disable "$1"
        timeout -k 5 "$p_seconds" systemctl stop "$1" 3>&- 9>&-
        return
    fi
    case $2 in
    *UnitFileState=enabled*) systemctl -q enable "$1" ;;
    *UnitFileState=masked*) ;;
    *) systemctl -q disable "$1" ;;
    esac
    case $2 in
    *ActiveState=active*) timeout -k 5 "$p_seconds" systemctl start "$1" 3>&- 9>&- ;;
    *)
        timeout -k 5 "$p_seconds" systemctl stop "$1" 3>&- 9>&-
        systemctl reset-failed "$1" 2>/dev/null || :
        ;;
    esac
}

our_package_has() {
    if command -v dpkg-query >/dev/null; then
        p_owner=$(dpkg-query -S "*/$1.service" 2>/dev/null | head -n 1)
        p_owner=${p_owner%%:*}
    else
        p_owner=$(rpm -qf --qf '%{NAME}' "$(systemctl show -p FragmentPath --value "$1")" 2>/dev/null)
    fi
    [ -n "$p_owner" ] && grep -q "^package	$p_owner	absent" "$p_state/ledger"
}

# A key of a module that is gone is gone as well.
undo_sysctl() {
    sysctl_path "$1"
    [ ! -w "$p_live" ] || printf '%s\n' "$2" >"$p_live"
}

# One that something else uses by now stays.
undo_module() { modprobe -r "$1" 2>/dev/null || :; }

undo_mount() {
    if [ "$2" = absent ]; then
        ! mountpoint -q "$1" || timeout -k 5 "$p_seconds" umount "$1"
    else
        mountpoint -q "$1" || timeout -k 5 "$p_seconds" mount "$1"
    fi
}

undo_user() { ! getent passwd "$1" >/dev/null || userdel "$1"; }

undo_command() {
    p_undo=$p_state/before/undo-$1
    before=$(cat "$p_undo.before")
    export before
    run "$p_seconds" "$p_undo"
}

undo_file() {
    case $2 in
    absent)
        rm -f "$1"
        leave_folders "$1"
        ;;
    # Without its folder: that belonged to something which was removed meanwhile.
    *) [ -d "${1%/*}" ] || return 0 ;;
    esac
    case $2 in
    'link '*) ln -sfT "${2#link }" "$1" ;;
    'content '*)
        # shellcheck disable=SC2086 # content SHA256 MODE USER GROUP
        set -- "$1" $2
        cp "$p_state/before/$3" "$p_file"
        p_keep="$4 $5 $6"
        replace "$1"
        ;;
    esac
}

# leave_folders PATH: those above it that we made go with their last file. A package that has a folder of
# its own around them could not remove that one otherwise.
leave_folders() {
    p_dir=${1%/*}
    while p_n=$p_dir awk -F'\t' '$1 == "directory" && $2 == ENVIRON["p_n"] && $3 == "absent" { f = 1; exit } END { exit !f }' \
        "$p_state/ledger" && rmdir "$p_dir" 2>/dev/null; do
        p_dir=${p_dir%/*}
    done
}

# KEY is PATH # MARKER.
undo_block() {
    p_path=${1% # *}
    [ -e "$p_path" ] || return 0
    without_block "$p_path" "${1##* # }" >"$p_file"
    put_back "$2"
}

# KEY is PATH # SHA256.
undo_line() {
    p_path=${1% # *}
    [ -e "$p_path" ] || return 0
    grep -vxF -f "$p_state/lines/${1##* # }" "$p_path" >"$p_file" || :
    put_back "$2"
}

# put_back BEFORE: whether there was a file, and a newline at its end.
put_back() {
    case $1 in
    absent) [ -s "$p_file" ] || { rm -f "$p_path"; return; } ;;
    open)
        printf '%s' "$(cat "$p_file")" >"$p_file.end"
        mv -f "$p_file.end" "$p_file"
        ;;
    esac
    cmp -s "$p_file" "$p_path" || rewrite "$p_path"
}

undo_directory() {
    [ -d "$1" ] || return 0
    if [ "$2" = absent ]; then
        rmdir "$1" 2>/dev/null || :
        return
    fi
    # shellcheck disable=SC2086 # MODE USER GROUP
    set -- "$1" $2
    chown "$3:$4" "$1"
    chmod "$2" "$1"
}

# restoring_packages FUNCTION: the script that looks or acts.
restoring_packages() {
    {
        printf "gone='%s'\nwas='%s'\n" \
            "$(entries packages | awk -F'\t' '$3 == "absent" { print $2 }' | tr '\n' ' ')" \
            "$(entries packages | awk -F'\t' '$3 != "absent" { sub(/^installed /, "", $3); print $2, $3 }')"
        if command -v apt-get >/dev/null; then cat "$p_run_dir/apt.sh"; else cat "$p_run_dir/dnf.sh"; fi
        printf '%s\n' "$1"
    } >"$p_tmp/package.sh"
}
