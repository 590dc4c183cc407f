#!/usr/bin/python3
"""tests/http/relay.py CQ - `cq mcp` over standard input and output while a `cq serve` runs: who answers, and
what becomes of a session when the server goes. tests/mcp.py --served shows that the answers are the same."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import support  # noqa: E402
from mcp_client import Client  # noqa: E402
from support import PATIENCE_S, Server, in_threads, wait_until  # noqa: E402


def client_of(server, *arguments, env=None, **more):
    return Client(os.path.abspath(server.program), *arguments, "mcp", cwd=server.roots[0],
                  env=dict(server.env, **(env or {})), **more)


def answered(server):
    """Searches that the server has answered."""
    lines = server.get("/metrics").body.decode().splitlines()
    found = [line for line in lines if line.startswith('requests_total{op="search",outcome="ok"}')]
    return int(found[0].split()[-1]) if found else 0


def search(client, name):
    result = client.result("tools/call", name="search", arguments={"pattern": name})
    assert not result["isError"] and name in result["content"][0]["text"], result


def start_again(server):
    server.process.stdout.close()
    server.process = subprocess.Popen(server.command, env=server.env, stdout=subprocess.PIPE, stderr=server.errors,
                                      text=True)
    server.address = json.loads(server.process.stdout.readline())["listening"][0]


def shared():
    """Several agents share the server, each with a session of its own."""
    with Server() as server:
        clients = [client_of(server) for _ in range(3)]
        for client in clients:
            client.initialize()
            search(client, "alpha_3")
        assert answered(server) == 3
        for client in clients:
            assert client.close() == 0


def goes_on():
    """A server that is killed, ends or comes back between two questions, or while one waits: none is lost."""
    for number in (signal.SIGKILL, signal.SIGTERM):
        with Server("--drain", "0.2") as server:
            client = client_of(server)
            client.initialize()
            search(client, "alpha_3")
            watch = client.begin("tools/call", {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}})
            assert client.result("ping") == {}
            server.process.send_signal(number)
            server.process.wait(PATIENCE_S)
            search(client, "alpha_4")
            start_again(server)
            search(client, "alpha_5")
            client.notify("notifications/cancelled", requestId=watch)
            assert client.result("tools/list")["tools"]
            assert client.close() == 0


def goes_to(server, client):
    """Asks until it is the server that answers."""
    def asked():
        before = answered(server)
        search(client, "alpha_3")
        return answered(server) > before
    wait_until("the server answers", asked)


def kill(server):
    server.process.kill()
    server.process.wait()


def comes_back():
    """A server that is killed and started again, several times, has its agents back, whatever they do meanwhile."""
    with Server() as server:
        clients = [client_of(server) for _ in range(4)]
        for client in clients:
            client.initialize()
            assert client.result("logging/setLevel", level="debug") == {}
            search(client, "alpha_3")
        assert answered(server) == len(clients)
        for _ in range(3):
            kill(server)
            in_threads(len(clients), lambda i: search(clients[i], "alpha_4"))
            start_again(server)
            in_threads(len(clients), lambda i: goes_to(server, clients[i]))
        for client in clients:
            assert client.close() == 0


def busy_meanwhile():
    """Requests without a pause while the server is killed and started: each is answered, once and right."""
    with Server() as server:
        over = []

        def ask(_):
            client = client_of(server)
            client.initialize()
            while not over:
                numbers = [client.begin("tools/call", {"name": "search", "arguments": {"pattern": f"alpha_{i}"}})
                           for i in range(8)]
                for i, number in enumerate(numbers):
                    answer = client.answer(number)
                    assert f"alpha_{i}" in answer["result"]["content"][0]["text"], answer
            assert not client.early, client.early
            goes_to(server, client)
            assert client.close() == 0

        def play(index):
            if index:
                ask(index)
                return
            try:
                for _ in range(3):
                    time.sleep(0.5)
                    kill(server)
                    time.sleep(0.2)
                    start_again(server)
            finally:
                over.append(True)
        in_threads(4, play)


def comes_later():
    """A server that is started after the agent gets it; so does one that was another build's at first."""
    with Server() as server:
        kill(server)
        agent = client_of(server)
        agent.initialize()
        search(agent, "alpha_3")
        start_again(server)
        goes_to(server, agent)
        kill(server)
        env, server.env = server.env, dict(server.env, CQ_RUNTIME_FIND_DEADLINE_MS="4321")
        start_again(server)
        time.sleep(2)
        search(agent, "alpha_4")
        assert answered(server) == 0  # other settings
        kill(server)
        server.env = env
        start_again(server)
        goes_to(server, agent)
        assert agent.close() == 0


def stopped():
    """A server that is stopped while it answers: this process answers, and the server again when it goes on."""
    with Server() as server:
        client = client_of(server)
        client.initialize()
        search(client, "alpha_3")
        for _ in range(2):
            server.process.send_signal(signal.SIGSTOP)
            in_flight = [client.begin("tools/call", {"name": "search", "arguments": {"pattern": "alpha_4"}})
                         for _ in range(3)]
            for number in in_flight:
                assert "alpha_4" in client.answer(number)["result"]["content"][0]["text"]
            search(client, "alpha_5")
            server.process.send_signal(signal.SIGCONT)
            goes_to(server, client)
        # The sessions that it began before it was stopped have ended.
        assert not client.early, client.early
        assert client.close() == 0


def look_for(client, name):
    """With the index, which is told of in the log."""
    result = client.call("find", question=name)
    assert not result["isError"] and name in result["content"][0]["text"], result


def levels(client):
    return [message["params"]["level"] for message in client.heard if message["method"] == "notifications/message"]


def takes_along():
    """The level of the log and the roots of the client hold wherever the session goes on."""
    with Server(workspaces=("a", "b")) as server:
        subprocess.run([os.path.abspath(server.program), "--no-server", "index", "build"], cwd=server.roots[0], env=server.env, check=True,
                       capture_output=True)
        for _ in range(2):
            client = client_of(server, roots=["file://" + server.roots[0]])
            client.initialize(capabilities={"roots": {"listChanged": True}})
            assert client.result("logging/setLevel", level="info") == {}
            look_for(client, "alpha_3")
            wait_until("it is told", lambda: client.result("ping") == {} and levels(client))
            kill(server)
            client.heard.clear()
            look_for(client, "alpha_3")
            wait_until("it is told here", lambda: client.result("ping") == {} and levels(client))
            assert "roots/list" in client.heard_methods()
            client.heard.clear()
            start_again(server)
            goes_to(server, client)
            look_for(client, "alpha_4")
            wait_until("it is told there", lambda: client.result("ping") == {} and levels(client))
            # Another root, which that session at the server is not for.
            client.roots = ["file://" + server.roots[1]]
            client.notify("notifications/roots/list_changed")
            before = answered(server)
            wait_until("its roots are known", lambda: client.call("read", path="notes.md")["structuredContent"]
                       ["at"]["root"] == server.roots[1])
            time.sleep(2)
            search(client, "alpha_3")
            assert answered(server) == before
            client.roots = ["file://" + server.roots[0]]
            client.notify("notifications/roots/list_changed")
            goes_to(server, client)
            assert client.close() == 0


def own_answer():
    """Other settings, another workspace of the client, or --no-server: this process answers."""
    with Server() as server:
        for arguments, env, roots in (([], {"CQ_RUNTIME_FIND_DEADLINE_MS": "4321"}, None), (["--no-server"], {}, None),
                                      ([], {"CQ_SERVER": "off"}, None), (["--threads", "2"], {}, None)):
            client = client_of(server, *arguments, env=env, roots=roots)
            client.initialize()
            search(client, "alpha_3")
            assert answered(server) == 0, (arguments, env)
            assert client.close() == 0


def gone_clients():
    """Nothing of an agent that is killed stays at the server for long."""
    with Server() as server:
        client = client_of(server)
        client.initialize()
        client.begin("tools/call", {"name": "run", "arguments": {"op": "index", "args": {"action": "watch"}}})
        assert client.result("ping") == {}
        client.process.kill()
        client.process.wait()
        wait_until("streams end", lambda: "\ncq_http_streams 0\n" in server.get("/metrics").body.decode())


if __name__ == "__main__":
    support.run([shared, goes_on, comes_back, busy_meanwhile, comes_later, stopped, takes_along, own_answer, gone_clients])
