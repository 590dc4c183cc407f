#!/bin/sh
# tools/style.sh [ROOT] - the rules of our C that a program can check; one line for each breach.
# What each rule is for is said in tools/style.awk; headers must also compile alone.
set -u
export LC_ALL=C
tools=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$tools/..}" || exit 1
files=$("$tools/sources.sh" .)
[ -n "$files" ] || exit 0
bad=0
awk -f "$tools/style.awk" $files || bad=1

headers=$(printf '%s\n' "$files" | grep '\.h$')
printf '%s\n' $headers | xargs -P "${JOBS:-2}" -I @ sh -c '
    gcc -std=c17 -D_GNU_SOURCE -fsyntax-only -w -Isrc -Iinclude -Itests -I. \
        -isystem build/third_party/tree-sitter/lib/include -x c @ 2>&1 |
        grep -m 1 error | sed "s|^\(@:[0-9]*\):.*error: |\1: does not compile alone: |
                              t
                              s|^|@:1: does not compile alone: |"' | grep . && bad=1
exit $bad
