
# Services, units, kernel settings and modules, mounts, users.

# service NAME ENABLED STATE
check_service() {
    case $3 in
    restarted | reloaded)
        # That it was restarted cannot be seen afterwards; that it runs can.
        [ -n "$p_applied" ] && systemctl -q is-active "$1"
        return
        ;;
    esac
    service_state "$1"
    p_now="$p_words "
    case " $2 $p_now " in
    ' yes '*UnitFileState=enabled* | ' no '*UnitFileState=disabled* | ' - '*) ;;
    *) p_detail="$1: $p_now-> enabled=$2" && return 1 ;;
    esac
    case " $3 $p_now " in
    ' started '*ActiveState=active* | ' stopped '*ActiveState=inactive* | ' stopped '*ActiveState=failed* | ' - '*) ;;
    *) p_detail="$1: $p_now-> $3" && return 1 ;;
    esac
}
# shellcheck disable=SC2046 # its words
service_state() { words $(systemctl show -p ActiveState -p UnitFileState "$1"); }
apply_service() {
    service_state "$1"
    ledger service "$1" "$p_words "
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
        sysctl_path "$p_key"
        p_now=$(cat "$p_live" 2>/dev/null)
        # Several values stand apart by tabs in /proc.
        # shellcheck disable=SC2086
        words $p_now
        [ "$p_words" = "$p_value" ] || p_detail="$p_detail$p_key: $p_now -> $p_value
"
    done
    [ -z "$p_detail" ] || return 1
    cmp -s "$p_file" "$p_path" || {
        p_detail="$p_path: differs"
        return 1
    }
}
# sysctl_path KEY: in p_live.
sysctl_path() {
    replaced "$1" . /
    p_live=/proc/sys/$p_replaced
}
apply_sysctl() {
    ledger_file "$1"
    for p_setting; do
        case $p_setting in *=*) ;; *) continue ;; esac
        p_key=${p_setting%%=*}
        sysctl_path "$p_key"
        ledger sysctl "$p_key" "$(tr '\t' ' ' <"$p_live")"
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
