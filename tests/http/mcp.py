#!/usr/bin/python3
"""tests/http/mcp.py CQ - the Model Context Protocol at /mcp: sessions, streams, what is refused."""
import json
import os
import signal
import sys
import threading
import time

import support
from support import Reader, Server, problem, request, wait_until

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
NEWEST = REVISIONS[-1]
BOTH = "application/json, text/event-stream"
TOKEN = "0123456789abcdef"
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mcp", "malformed.jsonl")


class Stream:
    """Events of one answer, read as they come."""

    def __init__(self, connection):
        self.connection = connection
        self.reader = Reader(connection)
        self.status, self.headers = self.reader.head()
        self.rest, self.last_id, self.comments = b"", None, []

    def event(self):
        """(id, text) of the next event; None at the end."""
        while b"\n\n" not in self.rest:
            chunk = self.reader.chunk()
            if not chunk:
                return None
            self.rest += chunk
        block, self.rest = self.rest.split(b"\n\n", 1)
        fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
        if "" in fields:
            self.comments.append(fields[""])
            return self.event()
        assert set(fields) == {"id", "data"}, fields
        self.last_id = fields["id"]
        return fields["id"], fields["data"]

    def message(self):
        """The next message; None at the end. An empty event is passed over."""
        while (event := self.event()) and not event[1]:
            pass
        return event and json.loads(event[1])

    def messages(self):
        while message := self.message():
            yield message

    def close(self):
        self.connection.close()


class Agent:
    """A session of a server."""

    def __init__(self, server, revision=NEWEST, path="/mcp", headers=None, address=None, capabilities=None):
        self.server, self.path, self.address, self.last_id = server, path, address, 0
        self.headers = {"Accept": BOTH, **(headers or {})}
        reply = self.post("initialize", protocolVersion=revision, capabilities=capabilities or {},
                          clientInfo={"name": "test", "version": "1"})
        assert reply.status == 200, reply
        self.result = reply.json()["result"]
        self.id = reply.headers["mcp-session-id"]
        self.headers |= {"Mcp-Session-Id": self.id, "MCP-Protocol-Version": self.result["protocolVersion"]}
        assert self.send({"jsonrpc": "2.0", "method": "notifications/initialized"}).status == 202

    def send(self, body, **headers):
        return self.server.ask("POST", self.path, body, {**self.headers, **headers}, self.address)

    def message(self, method, params):
        self.last_id += 1
        return {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}

    def post(self, method, **params):
        return self.send(self.message(method, params))

    def ask(self, method, **params):
        """The result, of an answer in one piece."""
        reply = self.post(method, **params)
        assert reply.status == 200 and reply.headers["content-type"] == "application/json", reply
        assert reply.json()["id"] == self.last_id, reply
        return reply.json()["result"]

    def call(self, name, /, **arguments):
        return self.ask("tools/call", name=name, arguments=arguments)

    def begin(self, method, params, **headers):
        """The connection of a request whose answer is not read yet."""
        connection = self.server.connect(self.address)
        connection.sendall(request("POST", self.path, self.message(method, params), {**self.headers, **headers}))
        return connection

    def listen(self, **headers):
        connection = self.server.connect(self.address)
        connection.sendall(request("GET", self.path, headers={**self.headers, "Accept": "text/event-stream", **headers}))
        return Stream(connection)

    def end(self):
        return self.server.ask("DELETE", self.path, headers=self.headers, address=self.address)


WATCH = {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}}
BUILD = {"name": "run", "arguments": {"op": "index", "args": {"action": "build", "full": True}},
         "_meta": {"progressToken": "mine"}}


def text_of(result):
    assert not result["isError"], result
    return result["content"][0]["text"]


def id_is_free(agent, number):
    """Whether no request with this id runs any more."""
    reply = agent.send({"jsonrpc": "2.0", "id": number, "method": "ping"})
    assert reply.status == 200, reply
    return reply.json().get("result") == {}


def handshake():
    with Server() as server:
        for revision in REVISIONS:
            agent = Agent(server, revision)
            assert agent.result["protocolVersion"] == revision and len(agent.id) == 32
            assert len(agent.ask("tools/list")["tools"]) == 6
            assert agent.ask("ping") == {}
            assert "alpha_0" in text_of(agent.call("search", pattern="alpha_0"))
            assert agent.post("nonsense").json()["error"]["code"] == -32601
            assert agent.end().status == 204
            problem(agent.post("ping"), 404)
            problem(agent.end(), 404)
        ids = {Agent(server).id for _ in range(8)}
        assert len(ids) == 8
        agent = Agent(server, "1999-01-01")
        assert agent.result["protocolVersion"] == NEWEST


def refused():
    with Server() as server:
        agent = Agent(server)
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        problem(agent.send(ping, Mcp_Session_Id="0" * 32), 404)
        problem(agent.send(ping, MCP_Protocol_Version="1999-01-01"), 400)
        problem(agent.send(ping, Accept="application/json"), 406)
        problem(agent.send(ping, Accept="text/event-stream"), 406)
        assert agent.send(ping, Accept="*/*").status == agent.send(ping, Accept=None).status == 200
        problem(agent.send(b"{}", Content_Type="text/plain"), 415)
        problem(agent.send(ping, Origin="http://evil.example"), 403)
        problem(agent.send(ping, Host="evil.example"), 421)
        assert agent.send(ping, Origin="http://localhost").status == 200
        problem(server.ask("GET", "/mcp", headers={"Mcp-Session-Id": agent.id, "Accept": "application/json"}), 406)
        problem(server.ask("GET", "/mcp", headers={"Accept": "text/event-stream"}), 400)
        problem(server.ask("DELETE", "/mcp"), 400)
        problem(server.ask("PUT", "/mcp", headers=agent.headers), 405)
        assert server.ask("HEAD", "/mcp", headers=agent.headers).status == 405
        for behind in ("x", "1", "1-", "-1", "0-1", "1--1", "99-1", "1-x"):
            problem(server.ask("GET", "/mcp", headers={**agent.headers, "Last-Event-ID": behind}), 400)
        for body in (ping, {"jsonrpc": "2.0", "method": "notifications/initialized"}, [ping], {}):
            reply = server.ask("POST", "/mcp", body, {"Accept": BOTH})
            assert reply.status == 400 and reply.json()["error"]["code"] == -32600, reply
            assert reply.json()["id"] is None, reply
        reply = server.ask("POST", "/mcp", b"{", {"Accept": BOTH, "Content-Type": "application/json"})
        assert reply.status == 400 and reply.json()["error"]["code"] == -32700, reply
        # A session that was not begun is none.
        reply = server.ask("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "initialize"}, {"Accept": BOTH})
        assert reply.json()["error"]["code"] == -32602 and "mcp-session-id" not in reply.headers, reply
        assert agent.ask("ping") == {}


def malformed():
    """What a session refuses, over HTTP: an error with a status that says so, and it goes on."""
    with Server() as server:
        agent = Agent(server)
        with open(CORPUS, "rb") as file:
            lines = [line.rstrip(b"\n") for line in file]
        lines += [b"", b"\xff\xfe", b"[" * 100000, b'{"jsonrpc":"2.0","id":1,"method":"ping"', b"\0"]
        for line in lines:
            reply = agent.send(line, Content_Type="application/json")
            assert reply.status in (200, 202, 400), (line, reply)
            if reply.status == 400:
                assert reply.json()["error"]["code"] in (-32700, -32600), (line, reply)
            elif reply.status == 200:
                assert reply.json()["jsonrpc"] == "2.0", (line, reply)
        assert agent.ask("ping") == {}


def batches():
    with Server() as server:
        agent = Agent(server, "2025-03-26")
        pings = [{"jsonrpc": "2.0", "id": i, "method": "ping"} for i in (100, 101, 102)]
        answers = agent.send(pings + [{"jsonrpc": "2.0", "method": "notifications/initialized"}])
        assert answers.status == 200 and {answer["id"] for answer in answers.json()} == {100, 101, 102}
        assert agent.send([{"jsonrpc": "2.0", "method": "notifications/initialized"}]).status == 202
        assert Agent(server).send(pings).status == 400


def workspaces():
    with Server(workspaces=("one", "two")) as server:
        with open(os.path.join(server.roots[1], "only.py"), "w", encoding="utf-8") as file:
            file.write("def only_in_two(): pass\n")
        agent = Agent(server)  # of all workspaces: tools take a root
        tools = {tool["name"]: tool for tool in agent.ask("tools/list")["tools"]}
        assert "root" in tools["search"]["inputSchema"]["properties"]
        assert "only.py" not in text_of(agent.call("search", pattern="only_in_two"))
        assert "only.py" in text_of(agent.call("search", pattern="only_in_two", root=server.roots[1]))
        result = agent.call("search", pattern="x", root="/")
        assert result["isError"] and server.roots[1] in result["content"][0]["text"]
        two = Agent(server, path="/mcp?workspace=two")
        tools = {tool["name"]: tool for tool in two.ask("tools/list")["tools"]}
        assert "root" not in tools["search"]["inputSchema"]["properties"]
        assert "only.py" in text_of(two.call("search", pattern="only_in_two"))
        assert two.call("search", pattern="x", root=server.roots[0])["isError"]
        assert two.call("read", path=os.path.join(server.roots[0], "notes.md"))["isError"]
        problem(server.ask("POST", "/mcp?workspace=three", {}, {"Accept": BOTH}), 404)


def roots():
    """The client's roots choose among the server's workspaces; what the server does not serve is refused."""
    with Server(workspaces=("one", "two", "three")) as server:
        one, two, three = server.roots

        def tell(agent, stream, folders):
            asked = stream.message()
            assert asked["method"] == "roots/list", asked
            answer = {"roots": [{"uri": "file://" + folder} for folder in folders]}
            assert agent.send({"jsonrpc": "2.0", "id": asked["id"], "result": answer}).status == 202

        def changed(agent, stream, folders):
            agent.send({"jsonrpc": "2.0", "method": "notifications/roots/list_changed"})
            tell(agent, stream, folders)

        def root_of(agent, **arguments):
            return agent.call("search", pattern="alpha_3", **arguments)["structuredContent"]["at"]["root"]

        def takes_root(agent):
            tools = {tool["name"]: tool for tool in agent.ask("tools/list")["tools"]}
            return "root" in tools["search"]["inputSchema"]["properties"]
        agent = Agent(server, capabilities={"roots": {"listChanged": True}})
        stream = agent.listen()
        tell(agent, stream, [two])
        assert stream.message()["method"] == "notifications/tools/list_changed"
        assert root_of(agent) == two and not takes_root(agent)
        assert agent.call("search", pattern="alpha_3", root=one)["isError"]
        assert "alpha_3" in agent.ask("resources/read", uri="file://" + two + "/src/m3.py")["contents"][0]["text"]
        assert "error" in agent.post("resources/read", uri="file://" + one + "/src/m3.py").json()
        # A folder within a workspace means it; others are left out, and each counts once.
        changed(agent, stream, ["/nowhere", three + "/src", "/usr", three, one])
        assert stream.message()["method"] == "notifications/tools/list_changed"
        assert root_of(agent) == three and root_of(agent, root=one) == one and takes_root(agent)
        assert agent.call("search", pattern="alpha_3", root=two)["isError"]
        changed(agent, stream, [server.home, "/usr"])
        assert stream.message()["method"] == "notifications/tools/list_changed"
        assert not takes_root(agent)
        refused = agent.call("search", pattern="alpha_3")
        said = refused["content"][0]["text"]
        assert refused["isError"] and "does not serve the client's roots" in said and two in said, refused
        problem = agent.post("resources/read", uri="file://" + one + "/src/m3.py").json()["error"]
        assert "does not serve the client's roots" in problem["message"], problem
        assert agent.ask("ping") == {}
        changed(agent, stream, [])  # none: all that there are
        assert root_of(agent) == one and root_of(agent, root=two) == two
        stream.close()
        # Who names a workspace, or has no roots, is not asked.
        for path, capabilities in (("/mcp?workspace=two", {"roots": {}}), ("/mcp", {})):
            quiet = Agent(server, path=path, capabilities=capabilities)
            assert root_of(quiet) == (two if capabilities else one)
        # Who does not answer has all of them, after a while.
        silent = Agent(server, capabilities={"roots": {}})
        assert root_of(silent) == one and root_of(silent, root=two) == two


def gauges():
    """Sessions and the streams that are read are counted in /metrics."""
    with Server() as server:
        def counted(sessions, streams):
            text = server.get("/metrics").body.decode()
            return f"\ncq_http_mcp_sessions {sessions}\n" in text and f"\ncq_http_mcp_streams {streams}\n" in text
        assert counted(0, 0)
        agents = [Agent(server) for _ in range(3)]
        assert counted(3, 0)
        listening = [agent.listen() for agent in agents[:2]]
        wait_until("two listen", lambda: counted(3, 2))
        listening[0].close()
        wait_until("one listens", lambda: counted(3, 1))
        assert agents[1].end().status == 204
        wait_until("its stream ends", lambda: counted(2, 0))


def streams():
    """Progress makes a stream of an answer; it begins with an empty event where the revision has that."""
    with Server() as server:
        for revision in REVISIONS[1:]:
            agent = Agent(server, revision)
            stream = Stream(agent.begin("tools/call", BUILD))
            assert stream.status == 200 and stream.headers["content-type"] == "text/event-stream"
            events = []
            while event := stream.event():
                events.append(event)
            assert (events[0][1] == "") == (revision == NEWEST), events[0]
            messages = [json.loads(text) for _, text in events if text]
            assert len({number for number, _ in events}) == len(events)
            assert all(message["method"] == "notifications/progress" for message in messages[:-1])
            assert len(messages) > 1 and messages[-1]["id"] == agent.last_id and not messages[-1]["result"]["isError"]
            assert agent.ask("ping") == {}


def resumed():
    """Events that a client did not get are had with Last-Event-ID, as often as it likes, and no others."""
    with Server() as server:
        agent = Agent(server)
        stream = Stream(agent.begin("tools/call", BUILD))
        first = stream.event()
        stream.close()
        other = Stream(agent.begin("tools/call", BUILD))
        assert list(other.messages())[-1]["id"] == agent.last_id
        rest = agent.listen(Last_Event_ID=first[0])
        messages = list(rest.messages())
        assert messages[-1]["id"] == agent.last_id - 1 and "result" in messages[-1], messages[-1]
        assert all(message.get("method") == "notifications/progress" for message in messages[:-1])
        again = agent.listen(Last_Event_ID=first[0])
        assert list(again.messages()) == messages
        last = agent.listen(Last_Event_ID=rest.last_id)
        assert list(last.messages()) == []
        assert last.status == 200


def own_stream():
    """What the session says by itself comes to one listener, or waits for one."""
    with Server() as server:
        agent = Agent(server)
        text_of(agent.call("run", op="index", args={"action": "build"}))
        text_of(agent.call("find", question="alpha"))  # from the index: that is news
        stream = agent.listen()
        number, text = stream.event()
        assert text == "" and number.endswith("-0"), (number, text)
        assert stream.message()["method"] == "notifications/resources/list_changed"
        stream.close()
        again = agent.listen(Last_Event_ID=number)
        assert again.message()["method"] == "notifications/resources/list_changed"
        assert agent.end().status == 204
        assert again.message() is None  # it ends with its session


def cancelled():
    with Server(env={"CQ_TOKEN": TOKEN}) as server:
        agent = Agent(server, headers={"Authorization": "Bearer " + TOKEN})
        connection = agent.begin("tools/call", WATCH)
        number = agent.last_id
        support.wait_until("it runs", lambda: not id_is_free(agent, number))
        agent.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
        reader = Reader(connection)
        status, headers = reader.head()
        if status == 200:  # it had become a stream, which ends without an answer
            assert headers["content-type"] == "text/event-stream"
            stream = b""
            while chunk := reader.chunk():
                stream += chunk
            assert b"result" not in stream
        else:
            assert status == 202, status
        support.wait_until("it ended", lambda: id_is_free(agent, number))


def gone():
    """A request whose client goes is cancelled: at once, or when a stream is not resumed in time."""
    with Server("--mcp-resume", "0.2", env={"CQ_TOKEN": TOKEN}) as server:
        for revision in ("2025-06-18", NEWEST):
            agent = Agent(server, revision, headers={"Authorization": "Bearer " + TOKEN})
            connection = agent.begin("tools/call", WATCH)
            number = agent.last_id
            support.wait_until("it runs", lambda: not id_is_free(agent, number))
            connection.close()
            support.wait_until("it ended", lambda: id_is_free(agent, number))
        connection = agent.begin("tools/call", WATCH)
        number = agent.last_id
        stream = Stream(connection)  # it takes long: a stream begins
        assert stream.event()[1] == ""
        stream.close()
        support.wait_until("it ended", lambda: id_is_free(agent, number))


def resumed_while_it_runs():
    """A stream that takes long is resumed before its answer is there; a second client takes it over."""
    with Server(env={"CQ_TOKEN": TOKEN}) as server:
        agent = Agent(server, headers={"Authorization": "Bearer " + TOKEN})
        stream = Stream(agent.begin("tools/call", WATCH))
        number = agent.last_id
        behind = stream.event()[0]
        stream.close()
        second = agent.listen(Last_Event_ID=behind)
        assert second.status == 200
        third = agent.listen(Last_Event_ID=behind)
        assert third.status == 200
        assert second.message() is None
        agent.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
        assert third.message() is None


def limits():
    with Server("--mcp-sessions", "2", "--mcp-idle", "3600") as server:
        first, second = Agent(server), Agent(server)
        assert first.ask("ping") == {}
        third = Agent(server)
        problem(second.post("ping"), 404)  # it was idle for longest
        streams = [first.listen(), third.listen()]
        assert all(stream.event() for stream in streams)
        begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": NEWEST}}
        reply = server.ask("POST", "/mcp", begin, {"Accept": BOTH})
        problem(reply, 503, "unavailable")
    with Server("--mcp-idle", "2") as server:
        agent = Agent(server)
        stream = agent.listen()
        assert stream.event()
        time.sleep(4)  # an open stream keeps it, however long
        assert agent.ask("ping") == {}
        stream.close()
        support.wait_until("it ended", lambda: agent.server.ask("GET", "/mcp", headers={
            **agent.headers, "Last-Event-ID": "x"}).status == 404 or time.sleep(4))


def scopes():
    """Each session looks at what its own scope takes; X-Session-ID names one."""
    with Server() as server:
        one, two = Agent(server), Agent(server)
        text_of(one.call("run", op="scope", args={"action": "set", "in": ["src/m1.py"]}))
        text_of(two.call("run", op="scope", args={"action": "set", "in": ["src/m2.py"]}))

        def files(found):
            return {finding["path"] for finding in found["structuredContent"]["findings"]}

        assert files(one.call("search", pattern="alpha_0")) == {"src/m1.py"}
        assert files(two.call("search", pattern="alpha_0")) == {"src/m2.py"}
        three = Agent(server)
        assert len(files(three.call("search", pattern="alpha_0"))) > 2
        named = Agent(server, headers={"X-Session-ID": two.id})
        assert files(named.call("search", pattern="alpha_0")) == {"src/m2.py"}

        def ask(session):
            headers = {"X-Session-ID": session} if session else None
            return server.ask("POST", "/v1/op/search", {"pattern": "alpha_0"}, headers).json()

        assert {finding["path"] for finding in ask(one.id)["findings"]} == {"src/m1.py"}
        assert ask(one.id)["run"]["session"] == one.id
        assert len({finding["path"] for finding in ask(None)["findings"]}) > 2
        set_scope = {"action": "set", "lang": ["python"], "in": ["src/m3.py"]}
        assert server.ask("POST", "/v1/op/scope", set_scope, {"X-Session-ID": "mine"}).status == 200
        assert {finding["path"] for finding in ask("mine")["findings"]} == {"src/m3.py"}
        problem(server.ask("POST", "/v1/op/search", {"pattern": "x"}, {"X-Session-ID": "no name"}), 400)
        text_of(one.call("run", op="scope", args={"action": "clear"}))
        assert len(files(one.call("search", pattern="alpha_0"))) > 2
        assert files(two.call("search", pattern="alpha_0")) == {"src/m2.py"}


def trust():
    """What needs the token needs it here, too; a session that was begun with it is of no use without."""
    with Server(env={"CQ_TOKEN": TOKEN}, listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        agent = Agent(server)
        result = agent.ask("tools/call", **WATCH)
        assert result["isError"] and "token" in result["content"][0]["text"], result
        trusted = Agent(server, headers={"Authorization": "Bearer " + TOKEN})
        text_of(trusted.call("run", op="cache", args={"action": "verify"}))
        problem(trusted.send({"jsonrpc": "2.0", "id": 1, "method": "ping"}, Authorization=None), 403)
        local = Agent(server, address=server.addresses[1])
        text_of(local.call("run", op="cache", args={"action": "verify"}))
        result = local.call("run", op="sql", args={"query": "select 1", "csv": "/tmp/x.csv"})
        assert result["isError"], result  # no files of the machine


def drains():
    """SIGTERM ends streams of sessions at once; what runs has the drain's time, then it is cancelled."""
    with Server("--drain", "60") as server:
        agent = Agent(server)
        stream = agent.listen()
        assert stream.event()
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert stream.message() is None
        server.process.wait(support.PATIENCE_S)
        assert time.monotonic() - begin < 50
    with Server("--drain", "0.1", env={"CQ_TOKEN": TOKEN}) as server:
        agent = Agent(server, headers={"Authorization": "Bearer " + TOKEN})
        agent.begin("tools/call", WATCH)
        number = agent.last_id
        support.wait_until("it runs", lambda: not id_is_free(agent, number))
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(support.PATIENCE_S)
    with Server("--drain", "60", env={"CQ_TOKEN": TOKEN}) as server:  # nobody waits for what a client left, though it may come back
        agent = Agent(server, headers={"Authorization": "Bearer " + TOKEN})
        stream = Stream(agent.begin("tools/call", WATCH))
        assert stream.event()[1] == ""
        stream.close()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(support.PATIENCE_S)


def reload_lets_go():
    """A session lives on over a reload, its stream too; the old context goes."""
    with Server() as server:
        agent = Agent(server)
        stream = agent.listen()
        assert stream.event()
        server.process.send_signal(signal.SIGHUP)
        support.wait_until("it was reloaded", lambda: server.get("/capz").json()["generation"] == 2)
        assert "alpha_0" in text_of(agent.call("search", pattern="alpha_0"))
        assert agent.end().status == 204
        assert stream.message() is None


def many():
    """Sessions and requests at once: each gets its own answers."""
    with Server("--work-threads", "4") as server:
        agents = [Agent(server, REVISIONS[i % 3 + 1]) for i in range(4)]

        def work(index):
            agent = agents[index % 4]
            for round_ in range(6):
                number = 1000 * index + round_
                name = f"alpha_{(index + round_) % 20}"
                message = {"jsonrpc": "2.0", "id": number, "method": "tools/call",
                           "params": {"name": "search", "arguments": {"pattern": name}}}
                reply = agent.send(message).json()
                assert reply["id"] == number and name in text_of(reply["result"]), reply
                stream = agent.listen() if round_ == index % 6 else None
                if stream:
                    stream.close()
                if index == 3:
                    extra = Agent(server)
                    assert extra.ask("ping") == {}
                    assert extra.end().status == 204

        support.in_threads(8, work)
        assert threading.active_count() == 1


if __name__ == "__main__":
    support.run([handshake, refused, malformed, batches, workspaces, roots, gauges, streams, resumed, own_stream, cancelled, gone,
                 resumed_while_it_runs, limits, scopes, trust, drains, reload_lets_go, many])
