#!/bin/sh
# Real answers in JSON, of every operation, conform to `cq schema OP`; so do problems to RFC 9457.
set -u
cq=$CQ_BUILD/cq
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-schema.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export CQ_CACHE_DIR="$tmp/cache"
cd "$CQ_SOURCE" || exit 1
bad=0
covered=

check() { # OP ARGUMENT...
    op=$1
    covered="$covered $op"
    "$cq" "$@" --format json >"$tmp/answer" 2>"$tmp/problem"
    "$cq" schema "$op" >"$tmp/schema" || exit 1
    { [ -s "$tmp/answer" ] && tests/validate.py "$tmp/schema" "$tmp/answer" >"$tmp/faults" 2>&1; } || {
        echo "cq $*:" && head -n 20 "$tmp/faults"
        bad=1
    }
}

check search op_find
check search op_find --classify all --skipped
check search 'op_[a-z]+' --regex --classify none
check search the --in docs --classify-ms 0
check search zzz_no_such_name_zzz
check search main --timeout 0.000001
check outline src/op/outline.c
check outline src/door include
check outline --depth 1 src/base/str.h no/such/file.c README.md src/door/args.c
check outline src --timeout 0.001
check read README.md
check read src/base/str.h:10-20 --max-bytes 100
check find "how are problems printed"
check find op_find --explain --per-file 3 --limit 5
check find zzz_no_such_name_zzz
check q 'entity=function name=op_*'
check q --entity struct --in src/base
check q 'entity=function name=zzz_no_such_name'
check q "pattern='op_find(\$A)'"
check calls op_find
check calls str_eq --limit 3 --callees
check calls zzz_no_such_name_zzz
check neighborhood str_eq
check neighborhood src/base/str.c:20
check map --in src/base
check status
check doctor
check scope set --session s --lang c
check scope get --session s
check scope clear --session s
check eval --queries tests/cli/eval/tree/queries.jsonl --repos tests/cli/eval/tree/repos.json --checkouts tests/cli/eval/tree/repos
check sql "select path from files limit 3"
check index
check index status
check index versions
check index verify
check runtime status
check runtime prewarm grammar.c
check runtime check cache
check runtime gpu
check metrics
check metrics no_such_family
check blame README.md:1-3
check history src --limit 3
check config show
check config show profiles.search
check cache stats
check cache verify
check run --step search id=s op_find --step outline inputs=s depth=1
check run --step search id=s op_find --step outline inputs=s depth=1
check run --step search op_find --dry-run
check run --step outline 'files=no/such/file.c' --step search id=t pattern=main
check cache stats
check runtime status
check runtime prewarm
check runtime check cache
check runtime gpu

for op in $("$cq" help --markdown | sed -n 's/^## cq //p'); do
    "$cq" schema "$op" >/dev/null 2>&1 || continue
    case " $covered " in *" $op "*) ;; *) echo "no answer of cq $op is checked here" && bad=1 ;; esac
done

# A problem: one line of JSON on stderr with the members of RFC 9457.
cat >"$tmp/schema" <<'SCHEMA'
{"type": "object", "required": ["type", "title", "status", "detail"],
 "properties": {"type": {"pattern": "^urn:cq:problem:"}, "status": {"type": "integer"}}}
SCHEMA
for words in "search" "search x --classfy all" "outline no/such/file.c" "search x --lang pyton" "nothing"; do
    "$cq" --format json $words >"$tmp/answer" 2>"$tmp/problem"
    tests/validate.py "$tmp/schema" "$tmp/problem" || { echo "cq $words" && bad=1; }
    [ "$(wc -l <"$tmp/problem")" = 1 ] || { echo "cq $words: not one line" && bad=1; }
    [ ! -s "$tmp/answer" ] || { echo "cq $words: text on stdout" && bad=1; }
done
exit $bad
