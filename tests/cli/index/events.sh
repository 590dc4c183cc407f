# One JSON object a line, in order; every cell of the plan ends, and what is not set up says why.
# stdout: unchecked
git init -q . && git config user.email a@x && git config user.name A
printf 'int ring_step(int n)\n{\n    return n + 1;\n}\n' >ring.c
git add . && git commit -qm one
cq index --events ../events.ndjson --format json >../answer.json || exit 9
cd .. && python3 - <<'PYTHON'
import json
events = [json.loads(line) for line in open("events.ndjson")]
assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
cells = [(e["cell_id"], e["state"]) for e in events if e["kind"] == "cell"]
at = {pair: i for i, pair in enumerate(cells)}
assert at[("git.scan", "success")] < at[("chunk.text", "running")] < at[("chunk.text", "success")]
assert at[("chunk.text", "success")] < at[("embed.vectors", "success")] < at[("vectors.add", "success")]
assert at[("faiss.add", "skipped")] < at[("snapshot.publish", "success")]
said = {e["cell_id"]: e["message"] for e in events if e["kind"] == "message"}
assert said["chunk.text"] == "1 files, 1 of them parsed", said
assert said["snapshot.publish"] == "version 1", said
why = {e["cell_id"]: e["message"] for e in events if e.get("state") == "skipped"}
assert said["embed.vectors"] == "1 rows", said
assert why["faiss.add"] == "1 vectors: the exact scan is fast enough", why
assert events[-1]["kind"] == "run" and events[-1]["state"] == "success"
summary = json.load(open("answer.json"))["summary"]
assert "limits" not in summary or summary["limits"] == [], summary["limits"]
told = {cell["id"]: cell for cell in summary["cells"]}
ended = {cell: state for cell, state in cells}
assert {name: cell["state"] for name, cell in told.items()} == ended
assert told["chunk.text"]["files"] == 1 and told["chunk.text"]["bytes"] == 43, told["chunk.text"]
assert told["faiss.add"]["reason"] == why["faiss.add"]
PYTHON
