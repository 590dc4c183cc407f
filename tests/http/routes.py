#!/usr/bin/python3
"""tests/http/routes.py CQ - each route of `cq serve`, asked well and badly."""
import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess

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
    for name in ('cq_http_reloads_total{outcome="ok"}', "cq_http_old_contexts", "cq_http_runs_started_total",
                 'scope_gets_total{source="local"}'):
        assert f"\n{name} 0\n" in text, name
    if shutil.which("promtool"):
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        assert checked.returncode == 0 and not checked.stderr, checked


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
    assert server.get("/v1/op/status").json()["schema"] == "cq.status.v1"
    assert server.get("/v1/op/doctor").json()["schema"] == "cq.doctor.v1"
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
    problem(server.post("/runtime/cells/index/evict", {}), 403, "forbidden")
    problem(server.ask("DELETE", "/runtime/runs"), 403, "forbidden")
    admin = lambda method, path, body=None: server.ask(method, path, body, address=socket)
    reply = admin("POST", "/runtime/reload?wait=30", {}).json()
    assert reply["generation"] == 2 and reply["drained"] and not reply["leased"], reply
    problem(admin("POST", "/runtime/reload?wait=x"), 400)
    assert server.post("/v1/op/find", {"question": "beta"}).status == 200  # builds the cell `index`
    cell = lambda: next(cell for cell in server.get("/readyz").json()["workspaces"]["w"] if cell["name"] == "index")
    before = cell()
    assert before["init_state"] == "ready", before
    assert admin("POST", "/runtime/cells/index/swap").json()["generation"] == before["generation"] + 1
    assert admin("POST", "/runtime/cells/index/evict").json()["state"] == "empty"
    assert server.post("/v1/op/find", {"question": "beta"}).status == 200
    assert cell()["generation"] == before["generation"] + 2
    problem(admin("POST", "/runtime/cells/cash/evict"), 404)
    said = [json.loads(line) for line in server.said().splitlines()]
    audit = [(line["action"], line["target"], line["status"]) for line in said if line["event"] == "audit"]
    for wanted in (("reload", "settings", 200), ("cell.swap", "index", 200), ("cell.evict", "cash", 404),
                   ("cache", "clear", 403)):
        assert wanted in audit, (wanted, audit)
    assert server.ask("POST", "/v1/op/cache", {"action": "clear"}, address=socket).status == 200


def runs_have_owners(server):
    socket = server.addresses[1]

    def start(**headers):
        return server.post("/runtime/runs", SLOW, **headers).headers["location"]

    mine = start(X_Session_Id="one")
    problem(server.ask("DELETE", mine), 403, "forbidden")
    problem(server.ask("DELETE", mine, headers={"X-Session-ID": "two"}), 403)
    shown = {row["run_id"]: row["own"] for row in server.get("/runtime/runs", X_Session_Id="one").json()["runs"]}
    assert shown[mine.rsplit("/", 1)[1]] is True
    assert not any(row["own"] for row in server.get("/runtime/runs", X_Session_Id="two").json()["runs"])
    assert server.ask("DELETE", mine, headers={"X-Session-ID": "one"}).status == 202
    other, third = start(X_Session_Id="one"), start()
    assert server.ask("DELETE", other, address=socket).status == 202, "the operator may"
    assert server.ask("DELETE", third).status == 202
    last = start(X_Session_Id="one")
    assert server.ask("DELETE", "/runtime/runs", address=socket).json()["cancelled"] >= 1
    assert server.get(last + "?wait=60").json()["summary"]["state"] == "canceled"


def scopes_reach_cells(server):
    """A session's scope stands in cells that do not say where to look; others are not touched."""
    plan = {"version": 1, "cells": [
        {"id": "a", "op": "search", "params": {"pattern": "alpha_0"}},
        {"id": "b", "op": "search", "params": {"pattern": "alpha_0", "in": ["src/m2.py"]}},
        {"id": "c", "op": "outline", "inputs": ["a"]}]}

    def files(reply):
        return {section["id"]: sorted({found["path"] for found in section["findings"]}) for section in parts(reply)}

    def parts(reply):
        rows, at = [], 0
        for cell in reply["summary"]["cells"]:
            rows.append({"id": cell["id"], "findings": reply["findings"][at:at + cell["findings"]]})
            at += cell["findings"]
        return rows

    assert server.post("/v1/op/scope", {"action": "set", "name": "s1", "in": ["src/m1.py"]}).status == 200
    for ask in (lambda **headers: server.post("/runtime/runs?wait=60", plan, **headers).json(),
                lambda **headers: server.post("/v1/op/run", {"document": plan}, **headers).json()):
        scoped = ask(X_Session_Id="s1")
        assert files(scoped) == {"a": ["src/m1.py"], "b": ["src/m2.py"], "c": ["src/m1.py"]}, files(scoped)
        assert scoped["run"]["session"] == "s1" and "src/m1.py" in scoped["run"]["scope"], scoped["run"]
        for everything in (ask(), ask(X_Session_Id="s2")):
            assert len(files(everything)["a"]) > 10 and files(everything)["b"] == ["src/m2.py"], everything
    problem(server.post("/runtime/runs", plan, X_Session_Id="no such/name"), 400, "bad-request")


def tags_and_encodings(server):
    path = "/v1/op/search?pattern=count"
    reply = server.get(path)
    tag = reply.headers["etag"]
    assert server.get(path, If_None_Match=tag).status == 304
    assert server.get(path, If_None_Match='"x", ' + tag).status == 304
    for _ in range(3):
        reply = server.get(path, If_None_Match=tag)
        assert reply.status == 304 and reply.headers["etag"] == tag and not reply.body, reply
    assert server.get(path + "&glob=m1*", If_None_Match=tag).status == 200
    assert server.get(path, If_None_Match=tag, X_Session_Id="s1").status == 200, "its scope has other files"
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
    with Server("--per-client", "1000", listen=("127.0.0.1:0", "unix:HOME/s"),
                env={"CQ_ALLOW_RUNTIME_SWAP": "1"}) as server:
        for test in (probes, the_page, operations, operations_refused, paths_stay_inside, admin_actions, runs_have_owners, scopes_reach_cells,
                     tags_and_encodings, runs, events, cancelling):
            print("  " + test.__name__, flush=True)
            test(server)


def asked(server, op):
    found = re.search(rf'^requests_total{{op="{op}",outcome="ok"}} (\d+)$', server.get("/metrics").body.decode(), re.M)
    return int(found[1]) if found else 0


def known_answers_cost_no_work():
    """With an index, whoever has the answer of this state is told so before anything is searched."""
    with Server(listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        assert server.post("/v1/op/index", {"action": "build"}).status == 200
        for op, path in (("search", "/v1/op/search?pattern=count"), ("find", "/v1/op/find?question=beta"),
                         ("outline", "/v1/op/outline?files=src/m3.py"), ("calls", "/v1/op/calls?target=beta_3"),
                         ("map", "/v1/op/map"), ("read", "/v1/op/read?path=src/m3.py"), ("q", "/v1/op/q?query=entity%3Dfunction+in%3Dsrc/m3.py"),
                         ("neighborhood", "/v1/op/neighborhood?target=beta_3")):
            tag = server.get(path).headers["etag"]
            assert server.get(path, If_None_Match=tag).status == 304  # tells which state it is
            before = asked(server, op)
            for _ in range(3):
                reply = server.get(path, If_None_Match=tag)
                assert reply.status == 304 and reply.headers["etag"] == tag, (op, reply)
            assert asked(server, op) == before, op
            assert server.get(path, If_None_Match='"x"').status == 200
            with open(server.roots[0] + "/src/m3.py", "a", encoding="utf-8") as file:
                file.write(f"\n\ndef new_of_{op}(count):\n    return beta_3(count)\n")
            reply = server.get(path, If_None_Match=tag)
            assert reply.status == 200 and reply.headers["etag"] != tag, (op, reply)
            tag = reply.headers["etag"]
            assert server.get(path, If_None_Match=tag).status == 304
            server.ask("POST", "/runtime/reload", {}, address=server.addresses[1])
            assert server.get(path, If_None_Match=tag).status == 304, "worked out anew, and the same"


def tags_of_history():
    """Operations that are worked out anew each time tell who has the answer so, and who has another one."""
    with Server() as server:
        root = server.roots[0]
        git = ["git", "-C", root, "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]

        def commit(text):
            with open(root + "/src/m3.py", "a", encoding="utf-8") as file:
                file.write(text)
            subprocess.run([*git, "add", "."], check=True)
            subprocess.run([*git, "commit", "-q", "-m", "More"], check=True)
        subprocess.run([*git, "init", "-q"], check=True)
        commit("# one\n")
        paths = ("/v1/op/blame?lines=src/m3.py", "/v1/op/history?path=src/m3.py")
        tags = {path: server.get(path).headers["etag"] for path in paths}
        for path in paths:
            reply = server.get(path, If_None_Match=tags[path])
            assert reply.status == 304 and not reply.body and reply.headers["etag"] == tags[path], reply
        commit("# two\n")
        for path in paths:
            reply = server.get(path, If_None_Match=tags[path])
            assert reply.status == 200 and reply.headers["etag"] != tags[path], (path, reply)
        # What may change something, or is asked with POST, has none.
        assert "etag" not in server.post("/v1/op/search", {"pattern": "alpha_3"}).headers


def several_workspaces():
    with Server(workspaces=("one", "two")) as server:
        with open(server.roots[1] + "/only.py", "w", encoding="utf-8") as file:
            file.write("def only_here(): pass\n")
        assert server.hello["workspaces"] == {"one": server.roots[0], "two": server.roots[1]}
        count = {name: len(server.get(f"/v1/op/search?pattern=only_here&workspace={name}").json()["findings"])
                 for name in ("one", "two")}
        assert count == {"one": 0, "two": 1}, count
        assert set(server.get("/readyz").json()["workspaces"]) == {"one", "two"}


support.run([all_of_one_server, known_answers_cost_no_work, tags_of_history, several_workspaces])
