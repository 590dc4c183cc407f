# A span for each cell of the plan inside the request's, and for each build of a runtime cell inside
# the span of the cell that wanted it first.
git init -q . && git add . && git commit -qm x
sleep 2.2
cq run plan.json --trace "$TMPDIR/first.json" >/dev/null || exit 9
cq run plan.json --trace "$TMPDIR/second.json" >/dev/null || exit 9
cq run --step outline id=bad files=none.py --step outline id=never inputs=bad --trace "$TMPDIR/failed.json" >/dev/null 2>&1
cat >"$TMPDIR/check.py" <<'PYTHON'
import json, os
def spans(name):
    found = []
    for line in open(f"{os.environ['TMPDIR']}/{name}.json"):
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                found += scope["spans"]
    for span in found:
        span["of"] = {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}
    return found, {span["spanId"]: span for span in found}
def named(found, name):
    return [span for span in found if span["name"] == name]
def inside(span, over):
    begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    assert int(over["startTimeUnixNano"]) <= begin <= end <= int(over["endTimeUnixNano"]), (span, over)
    assert span["traceId"] == over["traceId"]
def check(name, froms):
    found, by_id = spans(name)
    root, = [span for span in found if "parentSpanId" not in span]
    assert root["name"] == "run" and root["kind"] == 2, root
    cells = named(found, "plan.cell")
    for span in cells:
        assert span["parentSpanId"] == root["spanId"], span
        inside(span, root)
    told = {span["of"]["cq.cell_id"]: (span["of"]["cq.op"], span["of"]["cq.from"]) for span in cells}
    assert len(told) == len(cells) and told == froms, told
    assert len({span["of"]["cq.run_id"] for span in cells}) == 1
    builds = named(found, "cell.init")
    for span in builds:
        inside(span, by_id[span["parentSpanId"]])
        assert by_id[span["parentSpanId"]]["name"] == "plan.cell", span
        assert span["of"]["cq.generation"] == "1", span
    print(name, *sorted(span["of"]["cq.cell"] for span in builds))
    return cells, builds
OPS = {"where": "search", "what": "outline", "alpha": "search"}
check("first", {id: (op, "run") for id, op in OPS.items()})
check("second", {id: (op, "store") for id, op in OPS.items()})
(failed,), _ = check("failed", {"bad": ("outline", "run")})
assert failed["status"]["code"] == 2 and failed["of"]["error.type"] == "not-found", failed
PYTHON
python3 "$TMPDIR/check.py"
