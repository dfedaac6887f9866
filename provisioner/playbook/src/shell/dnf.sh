# Sourced by a package step: names, version, hold, held are set before; gone and was for restoring.
# shellcheck shell=sh disable=SC2154
wanted() {
    for name in $names; do
        printf '%s%s ' "$name" "${version:+-$version}"
    done
}

# What the installation will change, each with how it was before.
# dnf5 and dnf4 print a transaction in one form: name, architecture, version, repository, size.
list_new() {
    [ -n "$names" ] || return 0
    # shellcheck disable=SC2046
    dnf install --assumeno --setopt=install_weak_deps=False --disableexcludes=all $(wanted) 2>/dev/null |
        awk '/^(Install|Upgrad)/ { on = /^I/ ? "absent" : "installed"; next } /^(Transaction|$)/ { if (seen) on = "" }
            on && NF >= 5 { print $1, on; seen = 1 }' | while read -r name before; do
        [ "$before" = absent ] || before="installed $(rpm -q --qf '%{VERSION}-%{RELEASE}' "$name")"
        printf '%s\t%s\n' "$name" "$before"
    done
}

install_all() {
    # shellcheck disable=SC2046
    [ -z "$names" ] || dnf install -y --setopt=install_weak_deps=False --disableexcludes=all $(wanted)
}

sort_out() {
    removable=''
    for name in $gone; do
        ! rpm -q "$name" >/dev/null || removable="$removable $name"
    done
}

# rpm names what needs them; that has to go first, and is not ours to remove.
list_kept() {
    sort_out
    # shellcheck disable=SC2086
    [ -z "$removable" ] || rpm -e --test $removable 2>&1 || :
}

restore_all() {
    sort_out
    # shellcheck disable=SC2086
    if [ -n "$removable" ]; then
        rpm -e --test $removable
        dnf remove -y --noautoremove --disableexcludes=all $removable
    fi
    printf '%s\n' "$was" | while read -r name old; do
        [ -n "$name" ] || continue
        [ "$(rpm -q --qf '%{VERSION}-%{RELEASE}' "$name")" = "$old" ] || dnf downgrade -y "$name-$old" ||
            echo "$name $old is not to be had any more"
    done
}
