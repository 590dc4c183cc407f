#!/bin/sh
# tools/call_edges.py against a server that is made up: its verdicts, and what it does with servers
# that are slow, silent, or die.
set -eu
here=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/w"
cd "$tmp/w"
cat >a.ts <<'TEXT'
import { far } from "lib";
function one() {}
function two() {}
class T { constructor() {} }
const s = "𝄞é"; one();
function run(cb: () => void) { cb(); two(); new T(); far(); one(); two(); }
function many(a: string): void;
function many(a: number): void;
function many(a: any) {}
many(1); gone();
TEXT
printf 'a.ts\t%s\n' \
    "5	20	one	exact		a.ts:2" \
    "6	31	cb	dynamic	a parameter	" \
    "6	37	two	exact		a.ts:2" \
    "6	48	T	exact		a.ts:4" \
    "6	53	far	external		" \
    "6	60	one	likely		a.ts:3,a.ts:2" \
    "10	0	many	exact		a.ts:9" \
    "10	9	gone	name_only		a.ts:2" >edges
cat >answers <<'TEXT'
{"loading": 1, "answers": {
  "a.ts:4:17": ["a.ts:1:9"], "a.ts:5:31": ["a.ts:5:13"], "a.ts:5:37": ["a.ts:2:9"],
  "a.ts:5:48": ["a.ts:3:10"], "a.ts:5:53": ["/elsewhere/lib.d.ts:3:0"],
  "a.ts:5:60": ["a.ts:1:9"], "a.ts:5:67": ["a.ts:2:9"], "a.ts:9:0": ["a.ts:7:9"]}}
TEXT

edges() { # ANSWERS [OPTION...]
    answers=$1
    shift
    "$here/tools/call_edges.py" --server "$here/tests/fake_lsp.py $answers" --lang typescript \
        --edges edges --facts "$CQ_BUILD/cq-facts" --quiet 0.1 "$@" .
}

fail() {
    cat out
    echo "call_edges: $1"
    exit 1
}

has() { grep -qF -- "$1" out || fail "no line: $1"; }

edges answers --show 5 >out || fail "exit code $?"
has "exact            4       4       3      1       0 |      4     0      0      0 |  75.00"
has "likely           1       2       1      0       0 |      1     0      0      0 | 100.00"
has "dynamic          1       0       0      0       0 |      0     1      0      0 |      -"
has "external         1       0       1      0       0 |      0     0      1      0 | 100.00"
has "name_only        1       1       0      0       0 |      0     0      0      1 |      -"
has "recall of all buckets: 66.67 % (4 of 6)"
has "a.ts:6:37 two: cq a.ts:2; server a.ts:3"
has "lacking: missed: 1"
has "a.ts:6:67 two: cq -; server a.ts:3"

sed 's/"loading": 1/"links": true/' answers >linked
edges linked >out || fail "exit code $?"
has "recall of all buckets: 66.67 % (4 of 6)"

sed 's/"loading": 1/"silent": ["a.ts:4:17"]/' answers >silent
edges silent --timeout 0.1 >out || fail "exit code $?"
has "skipped 1: timed out"
has "recall of all buckets: 60.00 % (3 of 5)"

sed 's/"loading": 1/"dies": 3/' answers >dies
edges dies >out || fail "exit code $?"
has "the server died at a.ts"
has "recall of all buckets: 66.67 % (4 of 6)"

sed 's/"loading": 1/"dies": 1/' answers >dead
rm died
edges dead --restarts 0 >out && fail "a server that is gone gives exit code 0"
has "no server"

edges answers --json >out
has '"recall": 0.6666666666666666'
