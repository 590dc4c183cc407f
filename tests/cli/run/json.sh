# The document: states, findings and sections of every cell, in the order of the plan.
# stdout: unchecked
git init -q . && git add . && git commit -qm x
cq run plan.json --format json >out.json || exit 9
python3 - <<'PYTHON'
import json
d = json.load(open("out.json"))
s = d["summary"]
assert s["state"] == "success" and s["total"] == 3 and s["states"] == {"success": 3}, s
assert [c["id"] for c in s["cells"]] == ["where", "what", "alpha"]
assert s["cells"][0]["findings"] == 5, s["cells"][0]
assert sum(c["findings"] for c in s["cells"]) == len(d["findings"])
for section in d["sections"]:
    cell = section["title"].split(":")[0]
    assert cell in ("where", "what", "alpha"), section
    assert all(0 <= i < len(d["findings"]) for i in section["findings"])
PYTHON
cat out.json
