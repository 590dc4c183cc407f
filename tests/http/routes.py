#!/usr/bin/python3
"""tests/http/routes.py CQ - each route of `cq serve`, asked well and badly."""
import base64
import gzip
import hashlib
import json
import re

import support
from support import Reader, Server, problem, request

PLAN = {"version": 1, "cells": [{"id": "s", "op": "search", "params": {"pattern": "alpha_0"}},
                                {"id": "o", "op": "outline", "inputs": ["s"]}]}
# Takes long: a regex over a file that never ends is not to be had, so many cells one after another.
SLOW = {"version": 1, "max_concurrency": 1,
        "cells": [{"id": f"c{i}", "op": "search", "params": {"pattern": f"alpha_{i}"}} for i in range(3000)]}


def probes(server):
    reply = server.get("/healthz")
    assert reply.status == 200 and reply.body == b"ok\n", reply
    assert server.ask("HEAD", "/healthz").headers["content-length"] == "3"
    reply = server.get("/readyz")
    assert reply.status == 200 and reply.json()["ready"] is True, reply
    cells = {cell["name"]: cell for cell in reply.json()["workspaces"]["w"]}
    for name in ("name", "init_state", "generation", "limits", "last_init_ms", "last_error"):
        assert name in cells["index"], name
    assert all(cell["init_state"] == "empty" for cell in cells.values()), "a probe built something"
    reply = server.get("/capz").json()
    assert len(reply["stamp"]) == 64 and {op["name"] for op in reply["operations"]} >= {"search", "find"}
    assert server.get("/capz").json()["stamp"] == reply["stamp"]
    text = server.get("/metrics").body.decode()
    assert re.search(r'^cq_http_responses_total\{class="2xx"\} \d+$', text, re.M), text


def the_page(server):
    """Its pictures are taken by tests/page.js; here, how it travels."""
    reply = server.get("/")
    assert reply.status == 200 and reply.headers["content-type"] == "text/html; charset=utf-8", reply
    assert reply.headers["cache-control"] == "no-cache" and "unsafe" not in reply.headers["content-security-policy"]
    inline = re.findall(r"<(style|script)>(.*?)</\1>", reply.body.decode(), re.S)
    assert len(inline) > 3 and not re.search(r"<(script|link)[^>]* (src|href)=(?!\"data:)", reply.body.decode())
    for kind, text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert re.search(f"{kind}-src[^;]*'sha256-{re.escape(digest)}'", reply.headers["content-security-policy"]), kind
    assert server.get("/", If_None_Match=reply.headers["etag"]).status == 304
    packed = server.get("/", Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == reply.body and len(packed.body) < len(reply.body) / 2


def operations(server):
    reply = server.post("/v1/op/search", {"pattern": "alpha_0"}, X_Request_Id="my-id.1")
    assert reply.status == 200 and reply.headers["x-request-id"] == "my-id.1", reply
    found = reply.json()
    assert found["schema"] == "cq.search.v1" and len(found["findings"]) == 22, found["summary"]
    again = server.get("/v1/op/search?pattern=alpha%5f0&workspace=w").json()
    assert again["findings"] == found["findings"]
    assert server.get("/v1/op/outline?files=src/m1.py").json()["findings"]
    assert server.get("/v1/op/find?question=beta").status == 200
    nothing = server.post("/v1/op/search", {"pattern": "no_such_name"})
    assert nothing.status == 200 and nothing.json()["findings"] == []


def operations_refused(server):
    problem(server.get("/v1/op/serch?pattern=x"), 404, "no-such-route")
    problem(server.post("/v1/op/search", {}), 400, "bad-request")
    wrong = problem(server.post("/v1/op/search", {"patern": "x"}), 400, "bad-request")
    assert wrong["pointer"] == "/patern" and "pattern" in wrong["detail"], wrong
    problem(server.post("/v1/op/search", {"pattern": "a(", "regex": True}), 400)
    problem(server.post("/v1/op/search", b"{", Content_Type="application/json"), 400, "bad-request")
    problem(server.post("/v1/op/search", b"[1]", Content_Type="application/json"), 400)
    problem(server.post("/v1/op/search", b"pattern=x"), 415)
    problem(server.post("/v1/op/search", b"{}", Content_Type="text/plain"), 415, "unsupported-media-type")
    problem(server.get("/v1/op/search?nope=x"), 400)
    problem(server.get("/v1/op/search?pattern=%zz"), 400)
    problem(server.get("/v1/op/search?pattern=%00"), 400)
    problem(server.get("/v1/op/search?pattern=x&workspace=other"), 404)
    reply = server.ask("PUT", "/v1/op/search")
    problem(reply, 405, "method-not-allowed")
    assert reply.headers["allow"] == "GET, HEAD, POST, OPTIONS", reply
    reply = server.get("/v1/op/index")
    problem(reply, 405)
    assert reply.headers["allow"] == "POST, OPTIONS", reply
    reply = server.ask("OPTIONS", "/runtime/runs/x")
    assert reply.status == 204 and reply.headers["allow"] == "GET, HEAD, DELETE, OPTIONS", reply
    problem(server.get("/nope"), 404, "no-such-route")
    problem(server.get("/healthz/"), 404)
    problem(server.get("//healthz"), 404)
    problem(server.get("/v1/op/a/b"), 404)


def paths_stay_inside(server):
    for op, args in (("outline", {"files": ["../../secret.py"]}), ("outline", {"files": ["link.py"]}),
                     ("outline", {"files": ["/etc/passwd"]}), ("search", {"pattern": "secret", "paths": [".."]}),
                     ("search", {"pattern": "root", "paths": ["/etc"]}), ("search", {"pattern": "x", "paths": ["link.py"]}),
                     ("find", {"question": "secret", "in": ["../.."]}), ("blame", {"lines": "../../secret.py:1"}),
                     ("history", {"path": "/etc/passwd"})):
        reply = server.post("/v1/op/" + op, args)
        assert reply.status in (400, 404) and b"top_secret" not in reply.body, (op, args, reply)
    for op, args in (("run", {"plan": "/etc/passwd"}), ("run", {"step": ["search\npattern=x"]}),
                     ("run", {"document": PLAN, "events": "/tmp/x"}), ("index", {"events": "/tmp/x"}),
                     ("cache", {"action": "stats", "cache_dir": "/tmp"}), ("sql", {"query": "select 1", "csv": "/tmp/x"}),
                     ("eval", {"queries": "/etc/passwd", "repos": "x", "checkouts": "/"}),
                     ("find", {"question": "x", "index_dir": "/tmp"})):
        problem(server.post("/v1/op/" + op, args), 400, "bad-request")
    plan = {"version": 1, "cells": [{"id": "f", "op": "find", "params": {"question": "x", "index_dir": "/tmp"}}]}
    problem(server.post("/runtime/runs", plan), 400, "bad-request")
    problem(server.post("/v1/op/run", {"document": plan}), 400, "bad-request")
    reply = server.post("/v1/op/outline", {"files": ["-"]})
    assert reply.status == 400, reply


def admin_actions(server):
    problem(server.post("/runtime/reload", {}), 403, "forbidden")
    problem(server.post("/v1/op/cache", {"action": "clear"}), 403, "forbidden")
    assert server.post("/v1/op/cache", {"action": "stats"}).status == 200
    socket = server.addresses[1]
    assert server.ask("POST", "/runtime/reload", {}, address=socket).json() == {"generation": 2}
    assert server.ask("POST", "/v1/op/cache", {"action": "clear"}, address=socket).status == 200


def tags_and_encodings(server):
    path = "/v1/op/search?pattern=count"
    reply = server.get(path)
    tag = reply.headers["etag"]
    assert server.get(path, If_None_Match=tag).status == 304
    assert server.get(path, If_None_Match='"x", ' + tag).status == 304
    assert server.get(path, If_None_Match='"x"').status == 200
    with open(server.roots[0] + "/src/new.py", "w", encoding="utf-8") as file:
        file.write("def other(count): return count\n")
    assert server.get(path, If_None_Match=tag).status == 200, "the answer changed"
    packed = server.get(path, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip" and packed.headers["vary"] == "Accept-Encoding"
    assert json.loads(gzip.decompress(packed.body))["schema"] == "cq.search.v1"
    packed = server.get(path, Accept_Encoding="gzip;q=0.5, zstd")
    assert packed.headers["content-encoding"] == "zstd" and packed.body[:4] == b"\x28\xb5\x2f\xfd"
    for none in ("identity", "gzip;q=0", "", "br"):
        assert "content-encoding" not in server.get(path, Accept_Encoding=none).headers, none
    assert "content-encoding" not in server.get("/healthz", Accept_Encoding="gzip").headers


def runs(server):
    reply = server.post("/runtime/runs", PLAN)
    assert reply.status in (200, 202) and reply.headers["location"].startswith("/runtime/runs/"), reply
    place = reply.headers["location"]
    done = server.get(place + "?wait=60").json()
    assert done["summary"]["state"] == "success" and done["schema"] == "cq.run.v1", done
    assert server.get("/runtime/runs").json()["runs"][0]["run_id"] in place
    reply = server.post("/runtime/runs?wait=60", PLAN)
    assert reply.status == 200 and reply.json()["findings"], reply
    problem(server.post("/runtime/runs", {"version": 1, "cells": [{"id": "a", "op": "nope"}]}), 400)
    problem(server.post("/runtime/runs?wait=x", PLAN), 400)
    problem(server.post("/runtime/runs?cache=maybe", PLAN), 400)
    problem(server.ask("POST", "/runtime/runs"), 400)
    problem(server.get("/runtime/runs/none"), 404)
    problem(server.get("/runtime/runs/none/events"), 404)
    problem(server.ask("DELETE", "/runtime/runs/none"), 404)


def read_sse(text):
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events


def events(server):
    place = server.post("/runtime/runs", PLAN).headers["location"]
    reply = server.get(place + "/events", Accept="text/event-stream")
    assert reply.headers["content-type"] == "text/event-stream", reply
    everything = read_sse(reply.body.decode())
    assert [event[0] for event in everything] == list(range(1, len(everything) + 1))
    assert everything[-1][1] == "run" and everything[-1][2]["state"] == "success", everything[-1]
    for after in (0, 3, len(everything) - 1, len(everything), 99):
        rest = read_sse(server.get(place + "/events", Last_Event_ID=str(after)).body.decode())
        assert rest == everything[after:], after
    lines = server.get(place + "/events?after=2", Accept="application/x-ndjson")
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines.body.splitlines()] == [event[2] for event in everything[2:]]
    problem(server.get(place + "/events", Last_Event_ID="x"), 400)
    problem(server.get(place + "/events", Last_Event_ID="-1"), 400)
    with server.connect() as connection:  # HTTP/1.0 has no chunks: the end of the connection ends it
        connection.sendall(f"GET {place}/events HTTP/1.0\r\n\r\n".encode())
        reply = Reader(connection).reply()
        assert "transfer-encoding" not in reply.headers and read_sse(reply.body.decode()) == everything


def cancelling(server):
    place = server.post("/runtime/runs", SLOW).headers["location"]
    with server.connect() as connection:
        connection.sendall(request("GET", place + "/events"))
        reader = Reader(connection)
        reader.head()
        first = reader.chunk()
        assert first.startswith(b"id: 1\n"), first
        assert server.ask("DELETE", place).status == 202
        last = first
        while data := reader.chunk():
            last = data
        assert b'"state":"canceled"' in last, last
    done = server.get(place + "?wait=60").json()
    assert done["summary"]["state"] == "canceled", done["summary"]["state"]
    assert server.ask("DELETE", place).status == 202  # no harm twice


def all_of_one_server():
    with Server("--per-client", "1000", listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        for test in (probes, the_page, operations, operations_refused, paths_stay_inside, admin_actions,
                     tags_and_encodings, runs, events, cancelling):
            print("  " + test.__name__, flush=True)
            test(server)


def several_workspaces():
    with Server(workspaces=("one", "two")) as server:
        with open(server.roots[1] + "/only.py", "w", encoding="utf-8") as file:
            file.write("def only_here(): pass\n")
        assert server.hello["workspaces"] == {"one": server.roots[0], "two": server.roots[1]}
        count = {name: len(server.get(f"/v1/op/search?pattern=only_here&workspace={name}").json()["findings"])
                 for name in ("one", "two")}
        assert count == {"one": 0, "two": 1}, count
        assert set(server.get("/readyz").json()["workspaces"]) == {"one", "two"}


support.run([all_of_one_server, several_workspaces])
