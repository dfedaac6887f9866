
# Packages and where they come from.

# package HOLD VERSION NAME...
check_package() {
    p_hold=$1 p_version=$2
    shift 2
    p_detail='' p_missing=''
    p_installed="
$(package_versions "$@")
"
    for p_name; do
        p_have=${p_installed#*"
$p_name "}
        p_have=${p_have%%"
"*}
        case $p_have in
        '') p_lacks='not installed' ;;
        "$p_version" | "$p_version"-*) continue ;;
        *)
            [ -n "$p_version" ] || continue
            p_lacks="$p_have -> $p_version"
            ;;
        esac
        p_missing="$p_missing $p_name"
        p_detail="$p_detail$p_name: $p_lacks
"
    done
    [ -z "$p_detail" ] || return 1
    [ "$p_hold" = no ] || package_held "$@"
}
# package_versions NAME...: NAME VERSION of those that are installed. One look for all: each costs
# the reading of the package manager's whole database.
package_versions() {
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f='${db:Status-Status} ${Package} ${Version}\n' "$@" 2>/dev/null | sed -n 's/^installed //p'
    else
        rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\n' "$@" 2>/dev/null | grep -v ' not installed$' || :
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
        # Those that hold are left out: apt would bring them up to date and mark them as asked for.
        printf 'hold=%s version=%s names="%s" held="%s"\n' "$p_hold" "'$p_version'" "$p_missing" "$*"
        if command -v apt-get >/dev/null; then cat "$p_run_dir/apt.sh"; else cat "$p_run_dir/dnf.sh"; fi
    } >"$p_tmp/package.sh"
    # The ledger is written from a dry run, before anything is installed.
    {
        cat "$p_tmp/package.sh"
        printf 'list_new\n'
    } >"$p_tmp/package-list.sh"
    run "$p_seconds" "$p_tmp/package-list.sh" >"$p_tmp/package.list"
    while IFS='	' read -r p_name p_before; do ledger package "$p_name" "$p_before"; done <"$p_tmp/package.list"
    printf 'install_all\n' >>"$p_tmp/package.sh"
    job "$p_digest" "$p_seconds" "$p_tmp/package.sh"
}

# no_package NAME...
check_no_package() {
    [ -z "$(package_versions "$@")" ]
}
apply_no_package() {
    package_versions "$@" | while read -r p_name p_have; do ledger package "$p_name" "installed $p_have"; done
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
