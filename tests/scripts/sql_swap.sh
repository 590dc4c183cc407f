#!/bin/sh
# tests/scripts/sql_swap.sh - tables of cq sql while writers are killed: readers are always answered,
# with the tables of one state, whole. CQ_LONG=1 kills more writers.
set -eu
cq=$CQ_BUILD/cq
if [ ! -e "$CQ_BUILD/libduckdb.so" ]; then echo "skipped: no DuckDB" && exit 77; fi
rounds=12
if [ "${CQ_LONG:-}" ]; then rounds=300; fi
tmp=$(mktemp -d)
readers=
trap 'for reader in $readers; do kill "$reader" 2>/dev/null || true; done; wait; rm -rf "$tmp" 2>/dev/null || { sleep 1; rm -rf "$tmp"; }' EXIT
export CQ_CACHE_DIR="$tmp/cache"
mkdir "$tmp/tree"
cd "$tmp/tree"
files=40

# State N: every file defines the function state_N.
make_state() {
    i=0
    while [ $i -lt $files ]; do
        printf 'def state_%d():\n    return %d\n' "$1" $i >"f$i.py.new"
        mv "f$i.py.new" "f$i.py"
        i=$((i + 1))
    done
}
answer() { "$cq" sql "$@" --format json --limit 9 | sed -E 's/.*"rows":(.*),"row_count".*/\1/'; }
query='select count(*), (select count(distinct path) from definitions), (select count(*) from vectors) from files'

make_state 0
[ "$(answer "$query")" = "[[$files,$files,$files]]" ] || { echo "wrong at the start"; exit 1; }

# Readers: whatever happens, $files files with a definition and a vector each.
read_on() {
    while :; do
        got=$(answer "$query" --stale-ok) || { echo "reader: exit $?" >>"$tmp/wrong"; continue; }
        [ "$got" = "[[$files,$files,$files]]" ] || echo "reader: $got" >>"$tmp/wrong"
        echo . >>"$tmp/reads"
    done
}
for reader in 1 2; do
    read_on 2>>"$tmp/wrong" &
    readers="$readers $!"
done

killed=0 round=1
while [ $round -le $rounds ]; do
    if [ $((round % 3)) = 0 ]; then # a few files: rows are replaced in a copy
        printf 'def state_%d():\n    return %d\n' $((round - 1)) $round >f0.py
    else
        make_state $round
    fi
    "$cq" sql "$query" >/dev/null 2>&1 &
    writer=$!
    sleep "0.$(((round * 37) % 25 + 2))"
    if kill -9 "$writer" 2>/dev/null; then killed=$((killed + 1)); fi
    wait "$writer" 2>/dev/null || true
    round=$((round + 1))
done
last=$((rounds + 1))
make_state $last
got=$(answer "select count(*), (select count(*) from definitions where name = 'state_$last') from files")
[ "$got" = "[[$files,$files]]" ] || { echo "at the end: $got"; exit 1; }
if [ -e "$tmp/wrong" ] && [ -s "$tmp/wrong" ]; then
    sort "$tmp/wrong" | uniq -c | head
    exit 1
fi
reads=$(wc -l <"$tmp/reads")
left=$(ls "$tmp"/cache/index/*/ | tr '\n' ' ')
[ "$left" = "sql.duckdb sql.lock " ] || { echo "left: $left"; exit 1; }
echo "$killed of $rounds writers killed, $reads answers meanwhile"
