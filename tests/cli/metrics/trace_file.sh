cq search main --format lines --trace trace.json
/usr/bin/python3 - <<'PYTHON'
import json
document, = map(json.loads, open("trace.json"))
for span in sorted(document["resourceSpans"][0]["scopeSpans"][0]["spans"], key=lambda span: "parentSpanId" in span):
    print(span["name"], span["kind"], span["attributes"], span["status"], len(span["traceId"]), len(span["spanId"]))
PYTHON
cq outline missing.c --trace trace.json
code=$?
grep -o '"status":{.*}' trace.json
exit $code
