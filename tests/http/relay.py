#!/usr/bin/python3
"""tests/http/relay.py CQ - `cq mcp` over standard input and output while a `cq serve` runs: who answers, and
what becomes of a session when the server goes. tests/mcp.py --served shows that the answers are the same."""
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import support  # noqa: E402
from mcp_client import Client  # noqa: E402
from support import PATIENCE_S, Server, wait_until  # noqa: E402


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
            assert answered(server) == 0  # it stays where it is
            client.notify("notifications/cancelled", requestId=watch)
            assert client.result("tools/list")["tools"]
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
    support.run([shared, goes_on, own_answer, gone_clients])
