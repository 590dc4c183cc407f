#!/bin/sh
# docs/plans.md: every plan in it runs, so does every command, and events have the members it says.
set -eu
page=$CQ_SOURCE/docs/plans.md
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-plans.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
export CQ_CACHE_DIR="$tmp/cache" PATH="$CQ_BUILD:$PATH"
mkdir -p "$tmp/work/src"
cd "$tmp/work"
printf '// TODO and FIXME\nint main(void)\n{\n    return dictFind();\n}\n' >src/main.c

awk -v dir="$tmp" '
    /^```json$/ { name = dir "/plan." ++plans ".json"; next }
    /^```sh$/ { name = dir "/commands"; next }
    /^```$/ { name = ""; next }
    name { print >name }
    END { print plans > (dir "/count") }' "$page"
read -r count <"$tmp/count"
[ "$count" -ge 3 ] || { echo "only $count plans in $page" && exit 1; }
for number in $(seq "$count"); do
    plan=$tmp/plan.$number.json
    cq run "$plan" --dry-run --format lines
    cq run "$plan" --format json >answer || { echo "plan $number failed" && cat "$plan" && exit 1; }
    echo "ok plan $number"
done

cp "$tmp/plan.1.json" plan.json
while read -r command; do
    sh -c "$command" >said 2>&1 || { echo "failed: $command" && cat said && exit 1; }
    [ -s said ] || { echo "said nothing: $command" && exit 1; }
    echo "ok $command"
done <"$tmp/commands"

# The table of events lists the members: their names stand in the first column.
sed -n '/^## Events/,/^## Op/s/^|\([^|]*\)|.*/\1/p' "$page" | grep -o '`[a-z_]*`' | tr -d '`' | sort -u >told
CQ_TEST_CRASH_ON=kill:main.c cq run --events more.ndjson --cache off \
    --step outline id=bad files=src/main.c isolate=true --step outline id=next inputs=bad \
    --step search id=good main --step search id=also inputs=good main >said 2>&1 && exit 1
cat events.ndjson more.ndjson | /usr/bin/python3 -c '
import json, sys
events = [json.loads(line) for line in sys.stdin]
print(*sorted({key for event in events for key in event}), sep="\n")' | sort -u >seen
if grep -vxFf told seen; then echo "members of events that docs/plans.md does not tell" && exit 1; fi
grep -qx error seen
grep -qx counts seen
echo "ok events"
