# Sourced by a package step: names, version, hold are set before.
# shellcheck shell=sh disable=SC2154
options='-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0'

wanted() {
    for name in $names; do
        # The revision is the packager's matter: 1.36.2 asks for 1.36.2-*.
        printf '%s%s ' "$name" "${version:+=$version-*}"
    done
}

# shellcheck disable=SC2046,SC2086
apt() { apt-get -q $options install -y --no-install-recommends --allow-change-held-packages "$@" $(wanted); }

# The lists may be empty or old: they are fetched when the packages cannot be found without.
list_new() {
    if ! plan=$(apt -s 2>/dev/null); then
        # shellcheck disable=SC2086
        apt-get -q $options update >&2
        plan=$(apt -s)
    fi
    printf '%s\n' "$plan" | sed -n 's/^Inst \([^ ]*\) \([^[].*\)$/\1/p'
}

install_all() {
    if ! apt; then
        # shellcheck disable=SC2086
        apt-get -q $options update
        apt
    fi
    # shellcheck disable=SC2086
    [ "$hold" = no ] || apt-mark hold $names
}
