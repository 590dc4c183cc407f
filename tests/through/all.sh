#!/bin/sh
# tests/through/all.sh [--every N] CQ OP|CASE.sh... - command-line tests of operations that a server may answer,
# with each such command answered by a server: it must print the same bytes and end with the same code.
set -u
every=1
if [ "$1" = --every ]; then every=$2 && shift 2; fi
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
binary=$1
shift
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-thr.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 129' HUP INT TERM

one() { # CASE
    mkdir "$tmp/servers"
    THROUGH="$tmp/servers" CQ_WRAPPER="$here/cq.sh" tests/run-cli.sh "$binary" "$1"
    code=$?
    for pid in "$tmp"/servers/*/pid; do
        [ -e "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
    done
    cat "$tmp/servers/log" >>"$tmp/log" 2>/dev/null
    rm -rf "$tmp/servers"
    return $code
}

for name; do
    shift
    case $name in
    *.sh) set -- "$@" "$name" ;;
    *) set -- "$@" tests/cli/"$name"/*.sh ;;
    esac
done
bad=0 number=0 same=0
for case; do
    number=$((number + 1))
    [ $((number % every)) = 0 ] || continue
    case $case in
    */outline/isolate_killed.sh) continue ;; # kills child processes of cq itself
    esac
    one "$case"
    case $? in
    0) same=$((same + 1)) ;;
    77) ;;
    *) bad=$((bad + 1)) ;;
    esac
done
echo "$same cases are the same, $bad differ; $(grep -c ^only "$tmp/log" 2>/dev/null) commands found a server"
[ "$bad" = 0 ]
