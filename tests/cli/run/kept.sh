# A second run takes the answers of the first from disk; after an edit, none that it touches.
# stdout: unchecked
git init -q . && git add . && git commit -qm x
sleep 2.2 # a file changed this lately is stamped with its content, too, and in another way later on
states() {
    cq run plan.json --format json "$@" | python3 -c '
import json, sys
print(*(c["cached"] for c in json.load(sys.stdin)["summary"]["cells"]))'
}
[ "$(states)" = "run run run" ] || exit 11
[ "$(states)" = "store store store" ] || exit 12
[ "$(states --cache refresh)" = "run run run" ] || exit 13
[ "$(states --cache off)" = "run run run" ] || exit 14
one=$(cq run plan.json --format lines) && two=$(cq run plan.json --cache off --format lines)
[ "$one" = "$two" ] || exit 15
printf 'beta = 2\n' >>src/a.py
[ "$(states)" = "run run run" ] || exit 16
cq run plan.json --format lines | grep -q 'src/a.py:7:' || exit 17
