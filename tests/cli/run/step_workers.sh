# How many steps run at once is a setting; -j goes before it.
# stdout: unchecked
git init -q . && git add . && git commit -qm x
most() { # the most cells that ran at once, as the events tell
    cq run "$@" --cache off --events "$TMPDIR/events" --step outline files=src/b.c --step outline files=src/a.py \
        --step search alpha --step search beta >/dev/null || exit 9
    python3 - <<'PYTHON'
import json, os
now = most = 0
for line in open(os.environ["TMPDIR"] + "/events"):
    event = json.loads(line)
    if event["kind"] == "cell":
        now += {"running": 1, "success": -1}.get(event["state"], 0)
        most = max(most, now)
print(most)
PYTHON
}
export CQ_RUNTIME_RUN_STEP_WORKERS=1
[ "$(most)" = 1 ] || exit 11
[ "$(most -j 2)" -le 2 ] || exit 12
