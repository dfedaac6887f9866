# What every stage's script stands on. POSIX sh (dash, bash), coreutils, util-linux, awk.
# Sourced once by the root shell of a run; functions keep what they need in p_* variables.
#
# File descriptors: 3 = the channel to the control machine, 9 = the lock. Commands get neither.

p_state=/var/lib/provisioner
p_run_dir=/run/provisioner
p_bound=8192 # bytes of a command's output that are kept
umask 077
# sudo and sshd differ in what they give.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL DEBIAN_FRONTEND=noninteractive
exec 3>&1

# ---- frames ---------------------------------------------------------------------------------

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

# ---- run: nonce, lock -----------------------------------------------------------------------

# begin_run RUN NONCE: a folder in memory for what this shell needs; those of dead shells go.
begin_run() {
    p_run=$1 p_nonce=$2
    for p_left in "$p_run_dir"/shell.*; do
        kill -0 "${p_left##*.}" 2>/dev/null || rm -rf "$p_left"
    done
    p_tmp=$p_run_dir/shell.$$
    p_stop=$p_run_dir/stop.$1
    mkdir -p "$p_tmp" "$p_run_dir/jobs"
    rm -f "$p_run_dir"/stop.*
    trap 'rm -rf "$p_tmp"' EXIT
}

# lock HOLDER SSHD: a flock held by this shell, so it goes when the shell goes.
lock() {
    exec 9>>"$p_run_dir/lock"
    if ! flock -n 9; then
        p_held_run='' p_held_shell='' p_held_sshd='' p_held_by=''
        IFS='	' read -r p_held_run p_held_shell p_held_sshd p_held_by <"$p_run_dir/holder" || :
        # A shell whose connection is gone holds nothing any more, nor does this run's own earlier one.
        if [ "$p_held_run" = "$p_run" ] || ! kill -0 "$p_held_sshd" 2>/dev/null; then
            # Only a process that has the lock open is the one the file speaks of.
            [ "$(readlink "/proc/$p_held_shell/fd/9")" != "$p_run_dir/lock" ] || end_tree "$p_held_shell"
        fi
        if ! flock -w 2 9; then
            exec 9>&-
            text_payload held "$p_held_by, run $p_held_run (process $p_held_shell on the host)"
            return 0
        fi
    fi
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
    p_images='' p_images_known='' p_notified=' '
    [ "$p_mode" = check ] || mkdir -p "$p_state/before" "$p_state/pending" "$p_state/digests" "$p_state/images"
    p_file=$p_tmp/file
}

end_stage() { frame ended "${1:-ok}"; }

# ---- ledger ---------------------------------------------------------------------------------

# ledger KIND KEY BEFORE: the first entry for a thing wins, for it tells how the host was before us.
ledger() {
    if [ -e "$p_state/ledger" ] && p_k=$1 p_n=$2 awk -F'\t' \
        'BEGIN { k = ENVIRON["p_k"]; n = ENVIRON["p_n"] } $1 == k && $2 == n { f = 1; exit } END { exit !f }' \
        "$p_state/ledger"; then
        return 0
    fi
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$p_run" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$p_state/ledger"
    sync "$p_state/ledger"
}

# ledger_file PATH: its content, mode and owner, or that it was absent.
ledger_file() {
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

# ---- running commands -----------------------------------------------------------------------

# run SECONDS FILE [STDIN]: shell text in a file, so that no value of it shows in an argument list.
run() (
    umask 022
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
        setsid /bin/sh -c 'echo $$ >"$1/pid.new"; mv "$1/pid.new" "$1/pid"
            (umask 022; exec timeout -k 5 "$2" /bin/sh -eu "$1/script" <"$1/stdin") >"$1/output" 2>&1
            echo $? >"$1/code.new"; mv "$1/code.new" "$1/code"' \
            job "$p_job" "$2" </dev/null >/dev/null 2>&1 3>&- 9>&- &
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

# ---- steps ----------------------------------------------------------------------------------

# step ID FLAGS SECONDS DIGEST NOTIFY ONLY_IF KIND ARGUMENT...
# FLAGS: s = secret (nothing of it is shown), d = detached, - = none.
step() {
    p_id=$1 p_flags=$2 p_seconds=$3 p_digest=$4 p_notify=$5 p_only_if=$6 p_kind=$7
    shift 7
    if [ -e "$p_stop" ]; then
        end_stage interrupted
        return 1
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
            [ "$p_mode" = check ] || { fail 'its condition could not be evaluated'; return 1; }
            finish unknown
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
    converge "$@" || return
    [ "$p_mode" = check ] || rm -f "$p_state/pending/$p_mark"
}

# check || act, then look again: a step that says it did something has seen the result.
converge() {
    p_attached='' p_applied=''
    case $p_flags in
    *d*)
        p_job=$p_run_dir/jobs/$p_digest
        if [ "$p_mode" = apply ] && [ -e "$p_job/pid" ]; then
            p_attached=1
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
        return 1
        ;;
    esac
    for p_mark in $p_notify; do
        p_notified="$p_notified$p_mark "
        [ "$p_mode" = check ] || : >"$p_state/pending/$p_mark"
    done
    case $p_flags in *s*) ;; *) show ;; esac
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
        return 1
    fi
    p_applied=1
    p_images_known=
    check "$@"
    case $? in
    0 | 2) if [ "$p_kind" = wait ]; then finish ok; else finish changed; fi ;;
    *)
        fail 'it was applied, yet does not hold'
        return 1
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

finish() { frame end "$p_id" "$1"; }

fail() {
    case $p_flags in *s*) ;; *) payload "output $p_id" "$p_tmp/output" ;; esac
    text_payload "error $p_id" "$1"
    finish failed
    end_stage failed
}

# ---- file, directory, line ------------------------------------------------------------------

# owned PATH MODE OWNER GROUP
owned() {
    p_now=$(stat -c '%a %U %G' "$1" 2>/dev/null) || return 1
    [ "$p_now" = "${2#0} $3 $4" ] || {
        p_detail="mode and owner: $p_now -> ${2#0} $3 $4"
        return 1
    }
}

# file DEST MODE OWNER GROUP CONTENT
check_file() {
    p_path=$1
    [ -f "$1" ] && [ ! -L "$1" ] && printf '%s' "$5" | cmp -s - "$1" && owned "$1" "$2" "$3" "$4"
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
    ledger directory "${1%/*}" absent
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
    ledger line "$1" "$2"
    rewrite "$1"
}

# block PATH MARKER TEXT: what stands between its two marker lines is ours, the rest is not.
check_block() {
    p_path=$1
    p_begin="# BEGIN provisioner $2" p_end="# END provisioner $2"
    { [ ! -e "$1" ] || cat "$1"; } | p_b=$p_begin p_e=$p_end awk '
        $0 == ENVIRON["p_b"] { ours = 1; next }
        $0 == ENVIRON["p_e"] { ours = 0; next }
        !ours' >"$p_file"
    printf '%s\n%s\n%s\n' "$p_begin" "$3" "$p_end" >>"$p_file"
    cmp -s "$p_file" "$1"
}
apply_block() {
    parents "$1"
    ledger block "$1" "$2"
    rewrite "$1"
}

# rewrite PATH: by what the check made of it, with the mode and owner it has.
rewrite() {
    p_new=$1.provisioner-new
    p_keep='644 root root'
    [ ! -e "$1" ] || p_keep=$(stat -c '%a %U %G' "$1")
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

# ---- packages -------------------------------------------------------------------------------

# package HOLD VERSION NAME...
check_package() {
    p_hold=$1 p_version=$2
    shift 2
    p_detail=
    for p_name; do
        p_have=$(package_version "$p_name")
        case $p_have in
        '') p_detail="$p_detail$p_name: not installed
" ;;
        "$p_version" | "$p_version"-*) ;;
        *) [ -z "$p_version" ] || p_detail="$p_detail$p_name: $p_have -> $p_version
" ;;
        esac
    done
    [ -z "$p_detail" ] || return 1
    [ "$p_hold" = no ] || package_held "$@"
}
package_version() {
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p'
    else
        rpm -q --qf '%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null | grep -v 'not installed' || :
    fi
}
package_held() {
    # On dnf the repository's own file excludes the packages from updates.
    command -v apt-mark >/dev/null || return 0
    apt-mark showhold >"$p_file"
    for p_name; do
        grep -qxF -e "$p_name" "$p_file" || {
            p_detail="$p_name: not held"
            return 1
        }
    done
}
apply_package() {
    p_hold=$1 p_version=$2
    shift 2
    {
        printf 'hold=%s version=%s names="%s" names_held=%s\n' "$p_hold" "'$p_version'" "$*" "$p_hold"
        if command -v apt-get >/dev/null; then cat "$p_run_dir/apt.sh"; else cat "$p_run_dir/dnf.sh"; fi
    } >"$p_tmp/package.sh"
    # The ledger is written from a dry run, before anything is installed.
    {
        cat "$p_tmp/package.sh"
        printf 'list_new\n'
    } >"$p_tmp/package-list.sh"
    run "$p_seconds" "$p_tmp/package-list.sh" >"$p_tmp/package.list"
    while read -r p_name; do ledger package "$p_name" absent; done <"$p_tmp/package.list"
    printf 'install_all\n' >>"$p_tmp/package.sh"
    job "$p_digest" "$p_seconds" "$p_tmp/package.sh"
}

# no_package NAME...
check_no_package() {
    for p_name; do [ -z "$(package_version "$p_name")" ] || return 1; done
}
apply_no_package() {
    for p_name; do ledger package "$p_name" "installed $(package_version "$p_name")"; done
    if command -v apt-get >/dev/null; then apt-get remove -y "$@"; else dnf remove -y "$@"; fi
}

# repository NAME URL SUITE KEY-URL EXCLUDE
check_repository() {
    p_name=$1
    if command -v apt-get >/dev/null; then
        p_path=/etc/apt/sources.list.d/$1.sources
        printf 'Types: deb\nURIs: %s\nSuites: %s\nSigned-By: /etc/apt/keyrings/%s.asc\n' "$2" "$3" "$1" >"$p_file"
        p_detail="package source $2"
        [ -s "/etc/apt/keyrings/$1.asc" ] && cmp -s "$p_file" "$p_path"
    else
        p_path=/etc/yum.repos.d/$1.repo
        printf '[%s]\nname=%s\nbaseurl=%s\nenabled=1\ngpgcheck=1\ngpgkey=%s\nexclude=%s\n' "$1" "$1" "$2" "$4" "$5" >"$p_file"
        p_detail="package source $2"
        cmp -s "$p_file" "$p_path"
    fi
}
apply_repository() {
    ledger_file "$p_path"
    if command -v apt-get >/dev/null; then
        p_key=/etc/apt/keyrings/$1.asc
        ledger_file "$p_key"
        parents "$p_key"
        fetch_url "$4" "$p_key"
        chmod 0644 "$p_key"
        install -m 0644 "$p_file" "$p_path"
        timeout -k 5 "$p_seconds" apt-get update -q -o Dir::Etc::sourcelist="$p_path" -o Dir::Etc::sourceparts=- 3>&- 9>&-
    else
        install -m 0644 "$p_file" "$p_path"
    fi
}

# fetch_url URL FILE: by whatever the host has; apt's own helper is on every Debian.
fetch_url() {
    if command -v curl >/dev/null; then
        curl -fsSL --retry 3 --max-time "$p_seconds" -o "$2" "$1" 3>&- 9>&-
    elif command -v wget >/dev/null; then
        wget -q --tries=3 -O "$2" "$1" 3>&- 9>&-
    else
        /usr/lib/apt/apt-helper download-file "$1" "$2" 3>&- 9>&-
    fi
}

# ---- services, kernel -----------------------------------------------------------------------

# service NAME ENABLED STATE
check_service() {
    case $3 in
    restarted | reloaded)
        # That it was restarted cannot be seen afterwards; that it runs can.
        [ -n "$p_applied" ] && systemctl -q is-active "$1"
        return
        ;;
    esac
    p_now=$(systemctl show -p ActiveState -p UnitFileState "$1" | tr '\n' ' ')
    case " $2 $p_now " in
    ' yes '*UnitFileState=enabled* | ' no '*UnitFileState=disabled* | ' - '*) ;;
    *) p_detail="$1: $p_now-> enabled=$2" && return 1 ;;
    esac
    case " $3 $p_now " in
    ' started '*ActiveState=active* | ' stopped '*ActiveState=inactive* | ' stopped '*ActiveState=failed* | ' - '*) ;;
    *) p_detail="$1: $p_now-> $3" && return 1 ;;
    esac
}
apply_service() {
    ledger service "$1" "$(systemctl show -p ActiveState -p UnitFileState "$1" | tr '\n' ' ')"
    [ "$2" != yes ] || systemctl -q enable "$1"
    [ "$2" != no ] || systemctl -q disable "$1"
    case $3 in
    started) p_verb=start ;;
    stopped) p_verb=stop ;;
    restarted) p_verb=restart ;;
    reloaded) p_verb=reload-or-restart ;;
    *) return 0 ;;
    esac
    systemctl reset-failed "$1" 2>/dev/null || :
    timeout -k 5 "$p_seconds" systemctl "$p_verb" "$1" 3>&- 9>&- || {
        p_code=$?
        journalctl -q -n 20 --no-pager -u "$1" || :
        return "$p_code"
    }
}

# unit NAME CONTENT
check_unit() { check_file "/etc/systemd/system/$1" 0644 root root "$2"; }
apply_unit() {
    apply_file "/etc/systemd/system/$1" 0644 root root "$2"
    systemctl daemon-reload
}

# sysctl FILE KEY=VALUE...
check_sysctl() {
    p_path=$1
    shift
    p_detail=
    printf '%s\n' "$@" >"$p_file"
    for p_setting; do
        p_key=${p_setting%%=*} p_value=${p_setting#*=}
        # Not by read: dash reads byte by byte, and /proc gives a number only as a whole.
        p_now=$(cat "$(sysctl_path "$p_key")" 2>/dev/null)
        # Several values stand apart by tabs in /proc.
        # shellcheck disable=SC2086,SC2116
        [ "$(echo $p_now)" = "$p_value" ] || p_detail="$p_detail$p_key: $p_now -> $p_value
"
    done
    [ -z "$p_detail" ] || return 1
    cmp -s "$p_file" "$p_path" || {
        p_detail="$p_path: differs"
        return 1
    }
}
sysctl_path() { printf '/proc/sys/%s' "$(printf '%s' "$1" | tr . /)"; }
apply_sysctl() {
    ledger_file "$1"
    for p_setting; do
        case $p_setting in *=*) ;; *) continue ;; esac
        p_key=${p_setting%%=*} p_live=$(sysctl_path "${p_setting%%=*}")
        ledger sysctl "$p_key" "$(cat "$p_live")"
        printf '%s\n' "${p_setting#*=}" >"$p_live"
    done
    p_to=$1
    shift
    printf '%s\n' "$@" >"$p_to.provisioner-new"
    place "$p_to.provisioner-new" "$p_to" 0644 root root
}

# module FILE NAME...
check_module() {
    p_path=$1
    shift
    p_detail=
    printf '%s\n' "$@" >"$p_file"
    for p_name; do
        module_present "$p_name" || p_detail="$p_detail$p_name: not loaded
"
    done
    [ -z "$p_detail" ] || return 1
    cmp -s "$p_file" "$p_path" || {
        p_detail="$p_path: differs"
        return 1
    }
}
# A module built into the kernel is not listed anywhere a container could look; what it brings is.
module_present() {
    [ ! -d "/sys/module/$1" ] || return 0
    case $1 in
    overlay) grep -qw overlay /proc/filesystems ;;
    br_netfilter) [ -e /proc/sys/net/bridge ] ;;
    nf_conntrack) [ -e /proc/sys/net/netfilter/nf_conntrack_max ] ;;
    ip_vs) [ -e /proc/net/ip_vs ] ;;
    *) grep -qs "/$1\.ko" "/lib/modules/$(uname -r)/modules.builtin" ;;
    esac
}
apply_module() {
    ledger_file "$1"
    p_to=$1
    shift
    for p_name; do
        module_present "$p_name" && continue
        ledger module "$p_name" absent
        modprobe "$p_name"
    done
    printf '%s\n' "$@" >"$p_to.provisioner-new"
    place "$p_to.provisioner-new" "$p_to" 0644 root root
}

# mount PATH SOURCE TYPE OPTIONS
check_mount() { [ "$(findmnt -rno SOURCE,FSTYPE --mountpoint "$1")" = "$2 $3" ]; }
apply_mount() {
    ledger mount "$1" "$(findmnt -rno SOURCE,FSTYPE --mountpoint "$1" || echo absent)"
    mkdir -p "$1"
    timeout -k 5 "$p_seconds" mount -t "$3" -o "$4" "$2" "$1"
}
check_no_mount() { ! mountpoint -q "$1"; }
apply_no_mount() {
    ledger mount "$1" "$(findmnt -rno SOURCE,FSTYPE --mountpoint "$1")"
    timeout -k 5 "$p_seconds" umount "$1"
}

# user NAME SYSTEM HOME SHELL
check_user() { getent passwd "$1" >/dev/null; }
apply_user() {
    ledger user "$1" absent
    if [ "$2" = yes ]; then set -- "$@" --system; fi
    p_name=$1 p_home=$3 p_shell=$4
    shift 4
    useradd "$@" --home-dir "$p_home" --no-create-home --shell "$p_shell" "$p_name"
}

# ---- big files, images ----------------------------------------------------------------------

# obtain SHA256 SIZE: asks the control machine for a file, which comes by a channel of its own.
obtain() {
    p_incoming=$p_state/incoming/$1
    mkdir -p "$p_state/incoming"
    [ ! -e "$p_incoming" ] || return 0
    rm -f "$p_incoming.failed"
    frame want "$p_id" "$1"
    p_turn=0
    until [ -e "$p_incoming" ]; do
        [ ! -e "$p_incoming.failed" ] || {
            cat "$p_incoming.failed"
            return 1
        }
        p_turn=$((p_turn + 1))
        # A write now and then: this shell must notice when nobody is there to send any more.
        [ $((p_turn % 20)) != 0 ] || frame alive
        sleep 0.05
    done
}

# digest_holds PATH SHA256: the digest is read anew only if the file changed since it was last taken.
digest_holds() {
    p_stat=$(stat -c '%i %s %y %z' "$1" 2>/dev/null) || return 1
    p_stamp=$p_state/digests/$(printf '%s' "$1" | tr / %)
    p_known=
    [ ! -e "$p_stamp" ] || read -r p_known <"$p_stamp"
    [ "$p_known" != "$2 $p_stat" ] || return 0
    p_sum=$(sha256sum <"$1")
    [ "${p_sum%% *}" = "$2" ] || return 1
    [ "$p_mode" = check ] || printf '%s %s\n' "$2" "$p_stat" >"$p_stamp"
}

# download FROM DEST SHA256 SIZE MODE: FROM is a URL, or empty for a file of the bundle.
check_download() {
    p_detail="sha256 $3"
    [ -f "$2" ] && digest_holds "$2" "$3" && owned "$2" "$5" root root
}
apply_download() {
    ledger_file "$2"
    parents "$2"
    p_new=$2.provisioner-new
    if [ -n "$1" ]; then
        fetch_url "$1" "$p_new"
        p_sum=$(sha256sum <"$p_new")
        [ "${p_sum%% *}" = "$3" ] || {
            echo "digest is ${p_sum%% *}, expected $3"
            return 1
        }
    else
        obtain "$3" "$4"
        mv -f "$p_state/incoming/$3" "$p_new"
    fi
    place "$p_new" "$2" "$5" root root
}

# image REFERENCE SHA256 SIZE: the tar's digest is remembered per reference; without one it is pulled.
check_image() {
    if [ -z "$p_images_known" ]; then
        command -v ctr >/dev/null || return 1
        p_images=$(timeout 20 ctr -n k8s.io images ls -q) || return 1
        p_images_known=1
    fi
    case "
$p_images
" in
    *"
$1
"*) ;;
    *) return 1 ;;
    esac
    [ -z "$2" ] && return
    p_known=
    p_stamp=$p_state/images/$(printf '%s' "$1" | tr / %)
    [ ! -e "$p_stamp" ] || read -r p_known <"$p_stamp"
    [ "$p_known" = "$2" ]
}
apply_image() {
    if [ -z "$2" ]; then
        printf 'crictl pull -q %s\n' "$1" >"$p_tmp/image.sh"
        job "$p_digest" "$p_seconds" "$p_tmp/image.sh"
        return
    fi
    obtain "$2" "$3"
    timeout -k 5 "$p_seconds" ctr -n k8s.io images import "$p_state/incoming/$2" 3>&- 9>&-
    rm -f "$p_state/incoming/$2"
    printf '%s\n' "$2" >"$p_state/images/$(printf '%s' "$1" | tr / %)"
}

# ---- commands -------------------------------------------------------------------------------

# command RUN CREATES UNLESS STDIN
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
    ledger command "$p_digest" "ran"
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
        return 1
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
