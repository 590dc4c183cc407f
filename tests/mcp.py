#!/usr/bin/python3
"""tests/mcp.py [--served] CQ [CASE...] - `cq mcp` as a client sees it: each function case_* is one test.

--served: while a `cq serve` runs for the workspace, which then answers; the client must not notice.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import jsonschema

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mcp_client import Client  # noqa: E402

SERVED = sys.argv[1] == "--served"
if SERVED:
    del sys.argv[1]
CQ = os.path.abspath(sys.argv[1])
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mcp", "malformed.jsonl")
TOOLS_BYTES = 4096
REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
FILES = {
    "one.c": "int add(int a, int b)\n{\n    return a + b;\n}\n\nint twice(int a)\n{\n    return add(a, a);\n}\n",
    "two.py": "def greet(name):\n    return 'hello ' + name\n\n\nclass Door:\n    def open(self):\n        return greet('you')\n",
    "sub/long.txt": "".join(f"line {i} of add\n" for i in range(2000)),
    "README.md": "# A project\n\nIt adds numbers, and greets.\n",
}


def make_repository(folder):
    for name, text in FILES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    git = ["git", "-C", folder, "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q", "-b", "trunk"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Begin"], check=True)


class Place:
    """A repository, and an environment whose index lies beside it."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="cq-mcp-")
        self.base = os.path.realpath(self.temporary.name)
        self.root = os.path.join(self.base, "work")
        os.makedirs(self.root)
        make_repository(self.root)
        run = os.path.join(self.base, "run")
        os.mkdir(run, 0o700)
        self.env = {**os.environ, "XDG_CACHE_HOME": os.path.join(self.base, "cache"), "HOME": self.base,
                    "XDG_RUNTIME_DIR": run}
        self.server = self.serve() if SERVED else None

    def serve(self):
        server = subprocess.Popen([CQ, "serve"], cwd=self.root, env=self.env, stdout=subprocess.PIPE, text=True)
        self.hello = json.loads(server.stdout.readline())
        return server

    def end(self):
        if self.server:
            self.server.terminate()
            assert self.server.wait(60) == 0, "the server"
            self.server.stdout.close()
        self.temporary.cleanup()

    def client(self, *arguments, **more):
        return Client(CQ, *arguments, "mcp", cwd=more.pop("cwd", self.root), env=self.env, **more)


def text_of(result):
    return result["content"][0]["text"]


def case_handshake(place):
    for revision in [*REVISIONS, "2024-10-07", "1999-01-01"]:
        client = place.client()
        result = client.initialize(revision)
        wanted = {"2024-10-07": "2024-11-05", "1999-01-01": REVISIONS[-1]}.get(revision, revision)
        assert result["protocolVersion"] == wanted, result
        assert result["serverInfo"]["name"] == "cq"
        assert client.result("ping") == {}
        assert client.error("initialize", protocolVersion=revision)["code"] == -32600
        tool = client.result("tools/list")["tools"][0]
        assert ("outputSchema" in tool) == (wanted >= "2025-06-18"), tool
        result = client.call("search", pattern="greet")
        assert ("structuredContent" in result) == (wanted >= "2025-06-18")
        assert client.close() == 0


def case_order(place):
    client = place.client()
    assert client.result("ping") == {}
    assert client.error("tools/list")["code"] == -32600
    client.initialize()
    assert client.error("no/such")["code"] == -32601
    assert client.close() == 0


def case_tools_are_short(place):
    client = place.client()
    client.initialize()
    number = client.begin("tools/list")
    line = client.lines.get(timeout=60)
    tools = json.loads(line)["result"]["tools"]
    assert json.loads(line)["id"] == number
    assert len(line) <= TOOLS_BYTES, f"tools/list has {len(line)} bytes"
    assert len(tools) <= 6
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
        jsonschema.Draft202012Validator.check_schema(tool["outputSchema"])
        assert tool["outputSchema"]["type"] == "object"
    assert client.close() == 0


GOOD = {
    "search": [{"pattern": "add"}, {"pattern": "add", "in": "one.c"}, {"pattern": "add", "from": 5, "budget_tokens": 100},
               {"pattern": "no_such_thing"}],
    "find": [{"question": "who greets"}, {"like": "one.c:1"}, {"question": "add", "budget_tokens": "300"}],
    "symbols": [{"entity": "function"}, {"query": "entity=class name=Door"}, {"entity": "any", "name": "gre*"},
                {"pattern": "add($$$A)", "lang": "c"}],
    "calls": [{"target": "add"}, {"target": "greet", "depth": "2"}],
    "read": [{"path": "one.c"}, {"path": "one.c:2-3"}, {"path": "one.c", "outline": True}, {"path": "sub/long.txt"}],
    "run": [{}, {"op": "help"}, {"op": "help", "args": {"op": "history"}}, {"op": "history", "args": {"path": "one.c"}},
            {"op": "outline", "args": {"files": "two.py"}}, {"op": "blame", "args": {"lines": "one.c:1"}}],
}
BAD = {
    "search": [({}, "pattern"), ({"pattern": "("  , "regex": True}, "pattern"), ({"pattern": "a", "in": "../.."}, "outside"),
               ({"pattern": "a", "pattenr": "b"}, "pattern"), ({"pattern": "a", "budget_tokens": 1}, "budget_tokens"),
               ({"pattern": "a", "root": "/elsewhere"}, "root")],
    "find": [({}, "question"), ({"question": "x", "lang": "pyton"}, "python")],
    "symbols": [({"entity": "functoin"}, "function"), ({}, "entity")],
    "calls": [({}, "target")],
    "read": [({}, "path"), ({"path": "oen.c"}, "one.c"), ({"path": "/etc/passwd"}, "outside"),
             ({"path": "one.c:77"}, "line"), ({"path": "sub"}, "folder")],
    "run": [({"op": "serch"}, "search"), ({"op": "history"}, "path"), ({"pattern": "x"}, "args"), ({"op": 7}, "op")],
}


def case_tools(place):
    client = place.client()
    client.initialize()
    tools = {tool["name"]: tool for tool in client.result("tools/list")["tools"]}
    assert {"search", "find", "read", "run"} <= set(tools), tools.keys()
    for name, tool in tools.items():
        for arguments in GOOD[name]:
            result = client.call(name, **arguments)
            assert not result["isError"], (name, arguments, result)
            jsonschema.validate(result["structuredContent"], tool["outputSchema"])
            budget = 4 * int(arguments.get("budget_tokens", 2000)) + 700
            for shown in (text_of(result), json.dumps(result["structuredContent"], separators=(",", ":"))):
                assert len(shown.encode()) <= budget or arguments.get("op") == "help", (name, arguments, len(shown))
        for arguments, word in BAD[name]:
            result = client.call(name, **arguments)
            assert result["isError"] and word in text_of(result), (name, arguments, result)
            assert result["_meta"]["cq/problem"]["status"] >= 400
    error = client.error("tools/call", name="serch", arguments={})
    assert error["code"] == -32602 and "search" in error["message"], error
    assert client.error("tools/call", name="search", arguments=[])["code"] == -32602
    assert client.error("tools/call")["code"] == -32602
    assert client.close() == 0


def search_with_state(client):
    """Asks until git is in time to tell what changed, which an answer waits for only a moment."""
    for _ in range(200):
        result = client.call("search", pattern="greet")
        at = result["structuredContent"]["at"]
        assert at["branch"] == "trunk" and len(at["commit"]) == 40, at
        if at["changed"] is not None:
            return result
        assert "dirty state unknown" in text_of(result)
    raise AssertionError("git is never in time")


def case_state_of_the_tree(place):
    client = place.client()
    client.initialize()
    at = search_with_state(client)["structuredContent"]["at"]
    assert at["root"] == place.root and at["branch"] == "trunk" and len(at["commit"]) == 40, at
    assert at.get("changed") == 0 and at.get("untracked") == 0, at
    with open(os.path.join(place.root, "one.c"), "a", encoding="utf-8") as file:
        file.write("int greet;\n")
    result = search_with_state(client)
    assert result["structuredContent"]["at"].get("changed") == 1, result
    assert "1 changed" in text_of(result)
    assert any(row["path"] == "one.c" for row in result["structuredContent"]["findings"])
    assert client.close() == 0


def case_pages(place):
    """All hits are reached by `from`, each once."""
    client = place.client()
    client.initialize()
    seen, start = [], 0
    while True:
        content = client.call("search", pattern="add", **{"from": start})["structuredContent"]
        seen += [(row["path"], row["line"]) for row in content["findings"]]
        if "more" not in content:
            break
        start = int(content["more"].split("from=")[1].split(",")[0])
        assert start == len(seen), content["more"]
    assert len(seen) == content["findings_total"] == len(set(seen)), len(seen)
    assert client.close() == 0


def case_miss_names_the_nearest(place):
    client = place.client()
    client.initialize()
    content = client.call("search", pattern="gret")["structuredContent"]
    assert "greet" in content["summary"]["nearest"], content
    assert client.close() == 0


def case_cancel(place):
    client = place.client()
    client.initialize()
    watch = client.begin("tools/call", {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}})
    assert client.result("ping") == {}
    client.send({"jsonrpc": "2.0", "id": watch, "method": "ping"})
    assert client.answer(watch)["error"]["code"] == -32600  # the id is in use
    client.notify("notifications/cancelled", requestId=watch, reason="test")
    client.notify("notifications/cancelled", requestId="unknown")
    client.notify("notifications/cancelled")
    while True:  # its id is free again: it has ended, without an answer
        client.send({"jsonrpc": "2.0", "id": watch, "method": "ping"})
        answer = client.answer(watch)
        if answer.get("result") == {}:
            break
        time.sleep(0.02)
    assert client.close() == 0


def case_progress(place):
    client = place.client()
    client.initialize()
    answer = client.ask("tools/call", name="run", arguments={"op": "index", "args": {"action": "build"}},
                        _meta={"progressToken": "mine"})
    assert not answer["result"]["isError"], answer
    steps = [message["params"] for message in client.heard if message["method"] == "notifications/progress"]
    assert steps and all(step["progressToken"] == "mine" for step in steps), client.heard
    assert [step["progress"] for step in steps] == sorted({step["progress"] for step in steps})
    client.heard.clear()
    client.call("run", op="index", args={"action": "build", "full": True})
    assert "notifications/progress" not in client.heard_methods()
    assert client.close() == 0


def case_resources(place):
    client = place.client()
    client.initialize()
    assert client.result("resources/list")["resources"][0]["uri"] == "cq://status"
    assert len(client.result("resources/templates/list")["resourceTemplates"]) == 2
    path = os.path.join(place.root, "one.c")
    contents = client.result("resources/read", uri="file://" + path)["contents"][0]
    assert contents["text"] == FILES["one.c"], contents
    contents = client.result("resources/read", uri=f"file://{place.root}/one.c#L6-7")["contents"][0]
    assert contents["text"] == "int twice(int a)\n{\n", contents
    os.symlink("/etc/passwd", os.path.join(place.root, "link"))
    for uri in ("file:///etc/passwd", f"file://{place.root}/../../etc/passwd", f"file://{place.root}/link",
                f"file://{place.root}/%2e%2e/%2e%2e/etc/passwd", f"file://{place.root}/none.c", "file://host/x",
                "http://x/", "cq://op/none", "", "file://", f"file://{place.root}"):
        assert client.error("resources/read", uri=uri)["code"] == -32002, uri
    assert "history" in client.result("resources/read", uri="cq://op/history")["contents"][0]["text"]
    json.loads(client.result("resources/read", uri="cq://status")["contents"][0]["text"])
    assert client.error("resources/read")["code"] == -32602
    assert client.close() == 0


def case_prompts_and_completion(place):
    client = place.client()
    client.initialize()
    for prompt in client.result("prompts/list")["prompts"]:
        name = prompt["arguments"][0]["name"]
        result = client.result("prompts/get", name=prompt["name"], arguments={name: "the door"})
        assert "the door" in result["messages"][0]["content"]["text"]
        assert client.error("prompts/get", name=prompt["name"])["code"] == -32602
    assert client.error("prompts/get", name="none")["code"] == -32602
    result = client.result("completion/complete", ref={"type": "ref/resource", "uri": "cq://op/{name}"},
                           argument={"name": "name", "value": "hist"})
    assert result["completion"]["values"] == ["history"], result
    result = client.result("completion/complete", ref={"type": "ref/prompt", "name": "explain"},
                           argument={"name": "topic", "value": "x"})
    assert result["completion"]["values"] == []
    assert client.error("completion/complete")["code"] == -32602
    assert client.close() == 0


def case_logging(place):
    client = place.client()
    client.initialize()
    assert client.error("logging/setLevel", level="loud")["code"] == -32602
    client.result("logging/setLevel", level="error")
    client.call("read", path="none")
    assert client.heard == [], client.heard
    client.result("logging/setLevel", level="debug")
    client.call("read", path="none")
    assert "notifications/message" in client.heard_methods()
    assert client.close() == 0


def case_roots(place):
    other = os.path.join(place.base, "other folder")
    os.makedirs(other)
    with open(os.path.join(other, "three.c"), "w", encoding="utf-8") as file:
        file.write("int three;\n")
    roots = ["file://" + other.replace(" ", "%20"), "file://" + place.root, "ftp://x/", "file://host/x"]
    client = place.client(cwd="/", roots=roots)
    client.initialize(capabilities={"roots": {"listChanged": True}})
    assert "three" in text_of(client.call("search", pattern="three"))
    assert client.heard_methods()[0] == "roots/list"
    assert "notifications/tools/list_changed" in client.heard_methods()
    listing = client.result("tools/list")
    assert "root" in listing["tools"][0]["inputSchema"]["properties"]
    assert len(json.dumps(listing, separators=(",", ":"))) <= TOOLS_BYTES
    result = client.call("search", pattern="greet", root=place.root)
    assert result["structuredContent"]["at"]["root"] == place.root
    assert client.call("search", pattern="x", root="/etc")["isError"]
    client.roots = ["file://" + place.root]
    client.notify("notifications/roots/list_changed")
    assert client.result("ping") == {}
    assert "greet" in text_of(client.call("search", pattern="greet"))
    assert client.close() == 0
    client = place.client("--root", place.root, cwd="/", roots=roots)  # --root goes before roots
    client.initialize(capabilities={"roots": {}})
    assert client.call("search", pattern="greet")["structuredContent"]["at"]["root"] == place.root
    assert "roots/list" not in client.heard_methods()
    assert client.close() == 0


def case_no_workspace(place):
    for folder in ("/", place.base):  # the second is HOME
        client = place.client(cwd=folder)
        client.initialize()
        result = client.call("search", pattern="x")
        assert result["isError"] and "--root" in text_of(result), result
        assert client.close() == 0


def case_batches(place):
    client = place.client()
    client.initialize("2025-03-26")
    client.send([{"jsonrpc": "2.0", "id": 100, "method": "ping"},
                 {"jsonrpc": "2.0", "method": "notifications/initialized"},
                 {"jsonrpc": "2.0", "id": 101, "method": "tools/call",
                  "params": {"name": "search", "arguments": {"pattern": "greet"}}},
                 {"jsonrpc": "2.0", "id": 102, "method": "none"}, 17])
    answers = client.next()
    assert sorted(str(answer["id"]) for answer in answers) == ["100", "101", "102", "None"], answers
    client.send([])
    assert client.next()["error"]["code"] == -32600
    client.send([{"jsonrpc": "2.0", "method": "notifications/initialized"}])
    assert client.result("ping") == {}
    assert client.close() == 0
    client = place.client()
    client.initialize()
    client.send([{"jsonrpc": "2.0", "id": 100, "method": "ping"}])
    assert client.next()["error"]["code"] == -32600
    assert client.close() == 0


def case_malformed(place):
    """One line each; the server says what is wrong, or nothing, and goes on."""
    client = place.client()
    client.initialize()
    with open(CORPUS, "rb") as file:
        for line in file:
            client.send_bytes(line)
            assert client.result("ping") == {}, line
    client.send_bytes(b"\xff\xfe\x00\n[" + b"[" * 5000 + b"\n" + b'{"a":' * 3000 + b"\n")
    client.send_bytes(b'"' + b"x" * (5 << 20) + b'"\n')
    assert client.result("ping") == {}
    refused = [message for message in client.early.values() if "error" in message]
    assert refused
    assert client.close() == 0


def case_many_at_once(place):
    client = place.client()
    client.initialize()
    numbers = [client.begin("tools/call", {"name": "search", "arguments": {"pattern": "add"}}) for _ in range(60)]
    for number in reversed(numbers):
        answer = client.answer(number)
        assert not answer["result"]["isError"], answer
    if SERVED:  # what the server does not take is answered by the process, which refuses less
        assert client.close() == 0
        return
    numbers = [client.begin("tools/call", {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}})
               for _ in range(70)]
    refused = [number for number in numbers[64:] if client.answer(number)["error"]["code"] == -32000]
    assert len(refused) == 6
    began = time.monotonic()
    assert client.close() == 0
    assert time.monotonic() - began < 30


def case_index_appears(place):
    """A cold answer starts an index; the client is told when it is there."""
    client = place.client()
    client.initialize()
    client.result("logging/setLevel", level="info")
    assert "cq://index" not in json.dumps(client.result("resources/list"))
    assert not client.call("find", question="who greets")["isError"]
    while "notifications/resources/list_changed" not in client.heard_methods():
        message = client.next(wait=60)
        client.heard.append(message)
    assert "cq://index" in json.dumps(client.result("resources/list"))
    client.result("resources/read", uri="cq://index")
    assert client.close() == 0


def children_of(pid):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry))
    return found


def case_end_of_input(place):
    """What runs is cancelled; what is nearly done is told."""
    client = place.client()
    client.initialize()
    client.begin("tools/call", {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}})
    last = client.begin("tools/call", {"name": "search", "arguments": {"pattern": "add"}})
    assert client.close() == 0
    assert "result" in client.answer(last)
    client = place.client()  # nothing at all
    assert client.close() == 0
    client = place.client()  # in the middle of a message
    client.send_bytes(b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
    assert client.close() == 0 and "result" in client.answer(1)


def case_client_killed(place):
    """The client of a client: when it is killed, the server ends too."""
    script = ("import subprocess,sys,time\n"
              "p=subprocess.Popen([sys.argv[1],'mcp'],stdin=subprocess.PIPE,stdout=subprocess.PIPE)\n"
              "p.stdin.write(b'{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
              "\"2025-06-18\"}}\\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"run\","
              "\"arguments\":{\"op\":\"index\",\"args\":{\"action\":\"watch\"}}}}\\n')\n"
              "p.stdin.flush(); p.stdout.readline(); print(p.pid, flush=True); time.sleep(600)\n")
    middle = subprocess.Popen([sys.executable, "-c", script, CQ], cwd=place.root, env=place.env, stdout=subprocess.PIPE)
    pid = int(middle.stdout.readline())
    middle.kill()
    middle.wait()
    middle.stdout.close()
    deadline = time.monotonic() + 60
    while os.path.exists(f"/proc/{pid}"):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                break
        assert time.monotonic() < deadline, "the server outlives its client"
        time.sleep(0.02)


def case_signal(place):
    for number in (signal.SIGTERM, signal.SIGINT):
        client = place.client()
        client.initialize()
        client.begin("tools/call", {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}})
        assert client.result("ping") == {}
        client.process.send_signal(number)
        assert client.process.wait(60) == -number
        assert children_of(client.process.pid) == []


def case_reader_that_does_not_read(place):
    """Nobody reads the answers: the server still ends by a signal."""
    process = subprocess.Popen([CQ, "mcp"], cwd=place.root, env=place.env, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    process.stdin.write(b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}\n')
    for i in range(1, 61):
        process.stdin.write(b'{"jsonrpc":"2.0","id":%d,"method":"tools/list"}\n' % i)
    process.stdin.flush()
    time.sleep(0.3)
    process.terminate()
    assert process.wait(60) == -signal.SIGTERM
    process.stdin.close()
    process.stdout.close()


def main():
    wanted = sys.argv[2:]
    failed = 0
    for name, case in list(globals().items()):
        if not name.startswith("case_") or (wanted and name[5:] not in wanted):
            continue
        began = time.monotonic()
        try:
            place = Place()
            case(place)
            place.end()
        except Exception as error:  # the others are worth running
            failed += 1
            print(f"{name[5:]}: {type(error).__name__}: {str(error)[:2000]}")
            if os.environ.get("CQ_TRACE"):
                raise
        if os.environ.get("V"):
            print(f"{name[5:]}: {time.monotonic() - began:.2f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
