#!/bin/sh
# tools/setup.sh GROUP... - installs what a group of tools/packages.txt lacks (groups: build, check, bench).
#
# Silent when nothing is missing. Otherwise installs with apt as root or through passwordless sudo;
# where neither is to be had, prints the one command to run and exits 69.
set -eu
export LC_ALL=C
list=$(dirname "$0")/packages.txt

# The major version of the clang that is installed, or that apt would install; empty if unknown.
clang_major() {
    real=$(readlink -f "$(command -v clang || true)" 2>/dev/null || true)
    case $real in
    */llvm-*/bin/clang) real=${real#*/llvm-} && echo "${real%%/*}" ;;
    *) apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9][0-9]*\)$/\1/p' ;;
    esac
}

present() { # PROBE
    case $1 in
    /*) for path in $1; do if [ -e "$path" ]; then return 0; fi; done; return 1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Sets `missing` to the packages of the groups "$@" whose probe is not there.
find_missing() {
    missing=
    while read -r group package probe; do
        case " $* " in *" $group "*) ;; *) continue ;; esac
        case $package in
        *@CLANG@*)
            major=$(clang_major)
            package=${package%%@*}$major${package##*@}
            probe=${probe%%@*}$major${probe##*@}
            ;;
        esac
        if present "$probe"; then continue; fi
        case $package in
        *\?) apt-cache show "${package%\?}" >/dev/null 2>&1 || continue ;;
        esac
        missing="$missing ${package%\?}"
    done <"$list"
}

quietly() { # COMMAND... : its output is shown only when it fails
    if ! output=$("$@" 2>&1); then
        printf '%s\n' "$output" >&2
        return 1
    fi
}

find_missing "$@"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "setup: this system has no apt-get; install the equivalents of:$missing" >&2
    exit 69
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "setup: packages are missing; run this, then the same make command again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 69
fi

update() { quietly $as_root apt-get -qq -o DPkg::Lock::Timeout=300 update; }
install() {
    quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
        --no-install-recommends install $missing
}

set -- "$@" # the groups, for find_missing below
ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || update
find_missing "$@" # again: apt's lists tell clang's version
echo "setup: installing$missing" >&2
install 2>/dev/null || { update && install; } || exit 69 # the first may fail on outdated lists

find_missing "$@"
if [ -n "$missing" ]; then
    echo "setup: installed, but not found afterwards:$missing" >&2
    exit 69
fi
