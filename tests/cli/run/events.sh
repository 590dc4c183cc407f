# One JSON object a line, in one order: numbered without gaps, no cell before what it needs.
# stdout: unchecked
git init -q . && git add . && git commit -qm x
cq run plan.json --events events.ndjson >/dev/null || exit 9
python3 - <<'PYTHON'
import json
events = [json.loads(line) for line in open("events.ndjson")]
assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
cells = [(e["cell_id"], e["state"]) for e in events if e["kind"] == "cell"]
at = {pair: i for i, pair in enumerate(cells)}
for after in ("what", "alpha"):
    assert at[("where", "success")] < at[(after, "running")] < at[(after, "success")]
assert events[0]["kind"] == "run" and events[-1]["kind"] == "run"
assert events[-1]["state"] == "success"
PYTHON
