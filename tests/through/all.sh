#!/bin/sh
# tests/through/all.sh CQ [CASE.sh...] - the command-line tests of operations that a server may answer, with
# each such command answered by a server: it must print the same bytes and end with the same code. Without
# cases: all of them; CQ_SAMPLE=N takes every Nth.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
binary=$1
shift
if [ $# = 0 ]; then
    for op in cli search find q outline read calls neighborhood map blame history sql; do
        set -- "$@" tests/cli/"$op"/*.sh
    done
fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-through.XXXXXX") || exit 1
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

bad=0 number=0 ran=0
for case; do
    case $case in
    */outline/isolate_killed.sh) continue ;; # kills child processes of cq itself
    esac
    number=$((number + 1))
    [ $((number % ${CQ_SAMPLE:-1})) = 0 ] || continue
    one "$case"
    case $? in
    0) ran=$((ran + 1)) ;;
    77) ;;
    *) bad=$((bad + 1)) ;;
    esac
done
echo "$ran cases are the same, $bad differ; $(grep -c ^only "$tmp/log") commands went through a server where they could"
[ "$bad" = 0 ]
