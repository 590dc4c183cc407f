#!/usr/bin/python3
"""tests/http/faults.py CQ - `cq serve` while what it stands on fails: the disk, Redis, clients that only wait."""
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time

import support
from support import Reader, Server, problem, request, wait_until

# Open connections that ask nothing. Each takes a file here and one there.
IDLE = min(10000 if os.environ.get("CQ_LONG") else 2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 500)


def generation(server):
    return server.get("/capz").json()["generation"]


def full_disk():
    """Nothing can be written any more: questions are answered, what must write says why it does not."""
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # inherited: the server gets EFBIG instead

    class Deaf(Server):
        def __enter__(self):
            popen = subprocess.Popen
            subprocess.Popen = lambda *args, **more: popen(*args, restore_signals=False, **more)
            try:
                return super().__enter__()
            finally:
                subprocess.Popen = popen

    with Deaf() as server:
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
        for _ in range(3):
            found = server.post("/v1/op/search", {"pattern": "alpha_1"})
            assert found.status == 200 and found.json()["findings"], found
            assert server.post("/v1/op/find", {"question": "beta"}).json()["findings"]
        refused = problem(server.post("/v1/op/index", {"action": "build", "full": True}), 500, "io")
        assert "errno" in refused or "large" in refused["detail"], refused
        plan = {"version": 1, "cells": [{"id": "a", "op": "search", "params": {"pattern": "beta_2"}}]}
        assert server.post("/runtime/runs?wait=60", plan).json()["summary"]["state"] == "success"
        assert server.get("/healthz").status == 200 and server.get("/readyz").status == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        assert server.post("/v1/op/index", {"action": "build", "full": True}).status == 200
        assert server.post("/v1/op/find", {"question": "beta"}).json()["findings"]
    signal.signal(signal.SIGXFSZ, old)


class Redis:
    def __init__(self, folder):
        self.path = os.path.join(folder, "redis.sock")

    def start(self):
        self.process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "",
                                         "--appendonly", "yes", "--appendfsync", "always", "--dir", os.path.dirname(self.path)], stdout=subprocess.DEVNULL)
        wait_until("redis listens", self.answers)
        return self

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(self.path)
                connection.sendall(b"PING\r\n")
                return connection.recv(16) == b"+PONG\r\n"
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()


def redis_gone_and_back():
    """Scopes stay as they were known, answers say so, and all is well again by itself."""
    if not shutil.which("redis-server"):
        print("    no redis-server: skipped")
        return
    folder = support.tempfile.mkdtemp(prefix="cq-redis-")
    redis = Redis(folder).start()
    headers = {"X-Session-ID": "agent"}
    try:
        with Server(env={"CQ_REDIS_URL": "unix:" + redis.path, "CQ_REDIS_RETRY_MS": "50"}) as server:
            def ask():
                reply = server.ask("POST", "/v1/op/search", {"pattern": "alpha_0"}, headers)
                assert reply.status == 200 and [hit["path"] for hit in reply.json()["findings"]] == ["src/m7.py"], reply
                return reply.json()["run"]["scope"]

            assert server.ask("POST", "/v1/op/scope", {"action": "set", "in": ["src/m7.py"]}, headers).status == 200
            assert ask() == "in src/m7.py"
            redis.kill()
            wait_until("the answer says that Redis is away", lambda: ask() != "in src/m7.py")
            metrics = server.get("/metrics").body.decode()
            assert "\nredis_down 1\n" in metrics and "\nscope_outages_total 0\n" not in metrics, metrics
            stop = threading.Event()

            def load(_):
                while not stop.is_set():
                    ask()

            def come_back(_):
                try:
                    redis.start()
                    wait_until("it is used again", lambda: ask() == "in src/m7.py")
                finally:
                    stop.set()

            support.in_threads(3, lambda index: come_back(index) if index == 2 else load(index))
            assert "\nredis_down 0\n" in server.get("/metrics").body.decode()
    finally:
        redis.kill()
        shutil.rmtree(folder)


def idle_connections():
    """Thousands of clients that only hold a connection cost memory of bounded size, and nobody a wait."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def resident_kb(pid):
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4

    with Server("--connections", str(IDLE + 10)) as server:
        before, waiting = resident_kb(server.process.pid), []
        try:
            for _ in range(IDLE):
                waiting.append(server.connect())
            wait_until("all are accepted", lambda: f"cq_http_connections {IDLE + 1}\n" in server.get("/metrics").body.decode())
            reply = server.post("/v1/op/search", {"pattern": "alpha_3"})
            assert reply.status == 200 and reply.json()["findings"]
            each = (resident_kb(server.process.pid) - before) / IDLE
            print(f"    {IDLE} connections, {each:.1f} KiB each", flush=True)
            assert each < 64, each
            for connection in waiting[::100]:  # they still can ask
                connection.sendall(request("GET", "/healthz"))
                assert Reader(connection).reply().status == 200
        finally:
            for connection in waiting:
                connection.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def slow_loris():
    """Heads and bodies that come byte by byte end at their time limit, however steadily they come; others are served."""
    with Server("--head-timeout", "1", "--body-timeout", "1", "--work-threads", "1") as server:
        stop, slow = threading.Event(), [server.connect() for _ in range(50)]
        begun = time.monotonic()

        def drip():
            text = b"POST /v1/op/search HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 10000
            body = request("POST", "/v1/op/search", {"pattern": "x" * 3000})
            at = body.index(b"\r\n\r\n") + 4
            for index, connection in enumerate(slow):
                connection.sendall(body[:at] if index % 2 else text[:10])
            for step in range(10, 9000):
                if stop.is_set():
                    return
                for connection in slow:
                    try:
                        connection.sendall(text[step:step + 1])
                    except OSError:
                        pass
                time.sleep(0.05)

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            for connection in slow:
                reader = Reader(connection)
                try:
                    assert reader.reply().status == 408
                except (ConnectionResetError, EOFError):
                    pass  # it went on sending after the answer
                found = server.post("/v1/op/search", {"pattern": "alpha_4"})
                assert found.status == 200, found
        finally:
            stop.set()
            dripping.join()
        print(f"    50 of them gone after {time.monotonic() - begun:.1f} s", flush=True)
        for connection in slow:
            connection.close()
        wait_until("no connection is left", lambda: "cq_http_connections 1\n" in server.get("/metrics").body.decode())


def one_bad_config_of_two():
    """A mistake in one workspace's settings leaves both as they were, and the log says where it is."""
    with Server(workspaces=("one", "two"), listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        def most_cells(name):
            shown = server.post(f"/v1/op/config?workspace={name}", {"action": "show"}).json()
            return [str(row["value"]) for row in shown["summary"]["settings"] if row["key"] == "engine.max_cells"][0]

        before = most_cells("one"), most_cells("two")
        for root, value in zip(server.roots, ("55", "many")):
            with open(os.path.join(root, ".cq.yaml"), "w", encoding="utf-8") as file:
                file.write(f"engine:\n  max_cells: {value}\n")
        server.process.send_signal(signal.SIGHUP)
        wait_until("the log says why", lambda: "serve.reload_failed" in server.said())
        failed = [row for row in map(json.loads, server.said().splitlines()) if row["event"] == "serve.reload_failed"]
        assert "max_cells" in failed[0]["detail"], failed
        assert generation(server) == 1 and (most_cells("one"), most_cells("two")) == before
        assert 'cq_http_reloads_total{outcome="failed"} 1\n' in server.get("/metrics").body.decode()
        with open(os.path.join(server.roots[1], ".cq.yaml"), "w", encoding="utf-8") as file:
            file.write("engine:\n  max_cells: 66\n")
        server.process.send_signal(signal.SIGHUP)
        wait_until("the reload", lambda: generation(server) == 2)
        assert (most_cells("one"), most_cells("two")) == ("55", "66")


support.run([full_disk, redis_gone_and_back, idle_connections, slow_loris, one_bad_config_of_two])
