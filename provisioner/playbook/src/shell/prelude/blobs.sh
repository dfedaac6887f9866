
# Big files and images, from the control machine.

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
    seen "$1" || return 1
    p_stat=${p_seen#*|}
    replaced "$1" / %
    p_stamp=$p_state/digests/$p_replaced
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
    replaced "$1" / %
    p_stamp=$p_state/images/$p_replaced
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
    replaced "$1" / %
    printf '%s\n' "$2" >"$p_state/images/$p_replaced"
}
