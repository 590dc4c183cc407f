#!/bin/sh
# Spans sent to an OTLP/HTTP collector: one that is well, busy for a while, refusing, slow, dead, absent.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-otlp.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
printf 'int main(void) { return 0; }\n' >"$tmp/main.c"
cd "$tmp"
exec /usr/bin/python3 - "$CQ_BUILD/cq" <<'PYTHON'
import http.server, json, os, re, subprocess, sys, threading, time

cq = sys.argv[1]
seen = []      # (path, content type, document)
behaviour = [] # what the next requests get: a status, or a time to wait; then 200

class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        act = behaviour.pop(0) if behaviour else 200
        if isinstance(act, float):
            time.sleep(act)
            act = 200
        if act == 200:
            seen.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(act)
        self.send_header("Content-Length", "2")
        self.end_headers()
        try:
            self.wfile.write(b"{}")
        except OSError:
            pass

    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"

def run(*args, **env):
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("OTEL_") and k != "CQ_LOG"},
           "no_proxy": "127.0.0.1", **env}
    start = time.monotonic()
    done = subprocess.run([cq, "search", "main", "--format", "lines", *args], env=env, capture_output=True,
                          text=True, timeout=60)
    assert done.stdout == "main.c:1:4:int main(void) { return 0; }\n", done
    assert done.returncode == 0, done
    return done.stderr, time.monotonic() - start

def spans_of(document):
    resource, = document["resourceSpans"]
    names = {a["key"]: a["value"] for a in resource["resource"]["attributes"]}
    assert names["service.name"] == {"stringValue": "cq"}, names
    scope, = resource["scopeSpans"]
    return scope["spans"]

def validate(documents, least=1):
    spans = [span for document in documents for span in spans_of(document)]
    assert len(spans) >= least, documents
    ids = {span["spanId"]: span for span in spans}
    assert len(ids) == len(spans), "span ids repeat"
    for span in spans:
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"]) and int(span["traceId"], 16), span
        assert re.fullmatch("[0-9a-f]{16}", span["spanId"]) and int(span["spanId"], 16), span
        assert isinstance(span["startTimeUnixNano"], str) and isinstance(span["endTimeUnixNano"], str)
        begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
        assert begin <= end and abs(begin / 1e9 - time.time()) < 300, span
        for attribute in span["attributes"]:
            kind, value = next(iter(attribute["value"].items()))
            assert (kind in ("stringValue", "intValue")) and isinstance(value, str), attribute
        parent = span.get("parentSpanId")
        if parent:
            over = ids[parent]
            assert over["traceId"] == span["traceId"]
            assert int(over["startTimeUnixNano"]) <= begin and end <= int(over["endTimeUnixNano"]), span
    roots = [span for span in spans if "parentSpanId" not in span]
    assert [span["name"] for span in roots] == ["search"] and roots[0]["kind"] == 2, roots

def check(name, args=(), env={}, sent=1, lost=None, most_s=10.0):
    del seen[:]
    err, took = run(*args, **env)
    assert len(seen) == sent, (name, seen, err)
    if sent:
        path, kind, document = seen[0]
        assert path == "/v1/traces" and kind == "application/json", seen
        validate([document])
    if lost is None:
        assert err == "", (name, err)
    else:
        line, = err.splitlines() # one warning
        event = json.loads(line)
        assert (event["level"], event["event"], event["to"]) == ("warn", "trace.lost", "endpoint"), event
        assert event["spans"] == 2 and re.search(lost, event["why"]), event
    assert took < most_s, (name, took)
    print(f"ok {name}: {took * 1000:.0f} ms")

check("not asked", sent=0)
check("option", ["--trace-endpoint", url])
check("option with a path", ["--trace-endpoint", url + "/v1/traces/"])
check("environment", env={"OTEL_EXPORTER_OTLP_ENDPOINT": url + "/"})
check("switched off", env={"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_SDK_DISABLED": "true"}, sent=0)
check("gRPC wanted", env={"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, sent=0)
check("not a URL for us", env={"OTEL_EXPORTER_OTLP_ENDPOINT": "unix:/x"}, sent=0)
behaviour[:] = [503]
check("503, then 200", ["--trace-endpoint", url])
behaviour[:] = [429, 502]
check("429, 502, then 200", ["--trace-endpoint", url])
behaviour[:] = [400]
check("400: not tried again", ["--trace-endpoint", url], sent=0, lost="HTTP status 400")
assert not behaviour
behaviour[:] = [503] * 9
check("always 503", ["--trace-endpoint", url], sent=0, lost="HTTP status 503")
assert len(behaviour) == 5, behaviour # four tries
behaviour[:] = []
check("dead", ["--trace-endpoint", "http://127.0.0.1:1"], sent=0, lost="127.0.0.1")
behaviour[:] = [30.0]
check("slow", ["--trace-endpoint", url], sent=0, lost="no answer before the end")

# A file beside the endpoint holds the same.
del seen[:], behaviour[:]
run("--trace", "trace.json", "--trace-endpoint", url)
lines = [json.loads(line) for line in open("trace.json")]
validate(lines)
assert spans_of(lines[0]) == spans_of(seen[0][2])
print("ok file and endpoint")
PYTHON
