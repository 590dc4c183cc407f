#!/bin/sh
# tools/try.sh - the second half of `make try`: an outline and a search, as a user would see them.
# REPO=dir looks there instead of here; QUERY=text searches for that.
set -eu
cd "$(dirname "$0")/.."
output=$PWD/build/try.out
PATH=$PWD/build/release:$PATH
query=${QUERY:-}

if [ -n "${REPO:-}" ]; then
    cd "$REPO"
    # The largest source file (up to 1 MB) that git lists, or that is there, outside git.
    file=$({ git ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -type f -not -path '*/.*' -size -1024k -print0; } |
        { grep -zE '\.(py|rs|c|h|cc|cpp|hpp|js|ts|tsx|go|java|sh)$' || true; } |
        { xargs -0 -r stat -c '%s %n' 2>/dev/null || true; } |
        sort -rn | awk '$1 <= 1048576 { sub(/^[0-9]+ /, ""); print; exit }')
    if [ -z "$file" ]; then
        echo "try: $REPO has no source file in a language that cq knows" >&2
        exit 1
    fi
    # The compound name that this file calls most.
    if [ -z "$query" ]; then
        query=$(LC_ALL=C grep -oE '\b([a-z]+_[a-z_]+|[A-Za-z]+[a-z][A-Z][a-z]+)\(' "$file" |
            tr -d '(' | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
    fi
    query=${query:-main}
else
    file=src/base/arena.c
    [ -e $file ] || file=src/main.c
    query=${query:-arena_alloc}
fi

show() { # LINES COMMAND... : the first LINES of what it prints; exit 1 only says that nothing was found
    lines=$1 code=0
    shift
    printf '\n$ %s\n' "$*"
    "$@" >"$output" || code=$?
    awk -v lines="$lines" 'NR <= lines; END { if (NR > lines) print "... " NR - lines " more lines" }' "$output"
    [ $code -le 1 ] || exit $code
}
show 40 cq outline "$file"
show 100 cq search "$query"
