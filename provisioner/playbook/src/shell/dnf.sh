# Sourced by a package step: names, version, hold are set before.
# shellcheck shell=sh disable=SC2154
wanted() {
    for name in $names; do
        printf '%s%s ' "$name" "${version:+-$version}"
    done
}

# dnf5 and dnf4 print a transaction in one form: name, architecture, version, repository, size.
list_new() {
    # shellcheck disable=SC2046
    dnf install --assumeno --setopt=install_weak_deps=False --disableexcludes=all $(wanted) 2>/dev/null |
        awk '/^Install/ { on = 1; next } /^(Upgrad|Transaction|$)/ { if (seen) on = 0 } on && NF >= 5 { print $1; seen = 1 }'
}

install_all() {
    # shellcheck disable=SC2046
    dnf install -y --setopt=install_weak_deps=False --disableexcludes=all $(wanted)
}
