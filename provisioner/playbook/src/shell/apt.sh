# Sourced by a package step: names, version, hold, held are set before; gone and was for restoring.
# shellcheck shell=sh disable=SC2154
options='-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 -o APT::Get::AutomaticRemove=false'

wanted() {
    for name in $names; do
        # The revision is the packager's matter: 1.36.2 asks for 1.36.2-*.
        printf '%s%s ' "$name" "${version:+=$version-*}"
    done
}

# shellcheck disable=SC2046,SC2086
apt() { apt-get -q $options install -y --no-install-recommends --allow-change-held-packages "$@" $(wanted); }

# marks NAME: auto or manual, held or free.
marks() {
    mark=manual lock=free
    [ -z "$(apt-mark showauto "$1")" ] || mark=auto
    [ -z "$(apt-mark showhold "$1")" ] || lock=held
    echo "$mark $lock"
}

# What the installation will change, each with how it was before.
# The lists may be empty or old: they are fetched when the packages cannot be found without.
list_new() {
    if [ -n "$names" ] && ! plan=$(apt -s 2>/dev/null); then
        # shellcheck disable=SC2086
        apt-get -q $options update >&2
        # Which package is missing, or stands against which other, apt says on standard output.
        plan=$(apt -s) || {
            printf '%s\n' "$plan" >&2
            return 1
        }
    fi
    printf '%s\n' "${plan-}" | sed -n 's/^Inst \([^ ]*\) \([^[].*\)$/\1\tabsent/p'
    printf '%s\n' "${plan-}" | sed -n 's/^Inst \([^ ]*\) \[\([^]]*\)\].*$/\1 \2/p' | while read -r name old; do
        printf '%s\tinstalled %s %s\n' "$name" "$old" "$(marks "$name")"
    done
    [ "$hold" = yes ] || return 0
    for name in $held; do
        old=$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null) || continue
        [ -z "$old" ] || printf '%s\tinstalled %s %s\n' "$name" "$old" "$(marks "$name")"
    done
}

# dpkg that was cut off in the middle lets nobody go on before that is finished.
mend() {
    [ -z "$(ls -A /var/lib/dpkg/updates)" ] || dpkg --force-confold --configure -a
}

install_all() {
    mend
    if [ -n "$names" ] && ! apt; then
        # shellcheck disable=SC2086
        apt-get -q $options update
        apt
    fi
    # shellcheck disable=SC2086
    [ "$hold" = no ] || apt-mark hold $held
}

# others NAME...: the packages that would go with these and are none of them.
others() {
    # shellcheck disable=SC2086
    apt-get -s $options purge --allow-change-held-packages "$@" |
        sed -n 's/^Purg \([^ ]*\) .*/\1/p; s/^Remv \([^ ]*\) .*/\1/p' >"$0.going"
    printf '%s\n' "$@" | grep -vxFf - "$0.going" || :
}

# Sets removable, what can go; and kept, a line for each that something needs which came later.
sort_out() {
    removable='' kept=''
    for name in $gone; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) in
        '' | not-installed) ;;
        *) removable="$removable $name" ;;
        esac
    done
    # shellcheck disable=SC2086
    while [ -n "$removable" ] && needing=$(others $removable) && [ -n "$needing" ]; do
        rest=''
        for name in $removable; do
            taken=" $(others "$name" | tr '\n' ' ')"
            for one in $needing; do
                case $taken in *" $one "*) kept="$kept$name: kept, $one needs it
" && continue 2 ;; esac
            done
            rest="$rest $name"
        done
        [ "$rest" != "$removable" ] || return 1
        removable=$rest
    done
}

list_kept() {
    sort_out
    printf '%s' "$kept"
}

restore_all() {
    mend
    sort_out
    printf '%s' "$kept"
    # shellcheck disable=SC2086
    [ -z "$removable" ] || apt-get -q $options purge -y --allow-change-held-packages $removable
    printf '%s\n' "$was" | while read -r name old mark lock; do
        [ -n "$name" ] || continue
        now=$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null) || now=
        # shellcheck disable=SC2086
        [ "$now" = "$old" ] || apt-get -q $options install -y --no-install-recommends --allow-downgrades \
            --allow-change-held-packages "$name=$old" || echo "$name $old is not to be had any more: ${now:-none} stays"
        apt-mark "${mark:-manual}" "$name"
        if [ "${lock:-free}" = held ]; then apt-mark hold "$name"; else apt-mark unhold "$name"; fi
    done
}
