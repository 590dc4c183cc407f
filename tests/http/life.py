#!/usr/bin/python3
"""tests/http/life.py CQ - how `cq serve` starts, reloads, drains and ends.

CQ_LONG=1 reloads 10,000 times under load instead of 30.
"""
import os
import signal
import threading
import time

import support
from support import Reader, Server, problem, request, wait_until

SLOW = {"version": 1, "max_concurrency": 1,
        "cells": [{"id": f"c{i}", "op": "search", "params": {"pattern": f"alpha_{i}"}} for i in range(3000)]}
RELOADS = 10000 if os.environ.get("CQ_LONG") else 30


def generation(server):
    return server.get("/capz").json()["generation"]


def reload_under_load():
    """No request fails or waits for a reload; old contexts are let go of."""
    with Server(listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        stop, counts, slowest = threading.Event(), [0] * 3, [0.0] * 3

        def load(index):
            body = request("POST", "/v1/op/search", {"pattern": f"alpha_{index}"})
            with server.connect() as connection:
                reader = Reader(connection)
                while not stop.is_set():
                    begin = time.monotonic()
                    connection.sendall(body)
                    reply = reader.reply()
                    assert reply.status == 200 and reply.json()["findings"], reply
                    counts[index] += 1
                    slowest[index] = max(slowest[index], time.monotonic() - begin)

        def reload(_):
            try:
                for i in range(RELOADS):
                    if i % 2:
                        server.process.send_signal(signal.SIGHUP)
                        before = generation(server)
                        del before
                    else:
                        assert server.ask("POST", "/runtime/reload", {}, address=server.addresses[1]).status == 200
                wait_until("requests during and after", lambda: all(counts))
            finally:
                stop.set()

        support.in_threads(4, lambda i: load(i) if i < 3 else reload(i))
        print(f"    {generation(server) - 1} reloads, {sum(counts)} requests, none failed; "
              f"slowest {max(slowest) * 1000:.0f} ms", flush=True)
        files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        assert files < 60, f"{files} open files"


def reload_reads_settings():
    with Server(listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        config = os.path.join(server.roots[0], ".cq.yaml")

        def seed():
            shown = server.post("/v1/op/config", {"action": "show"}).json()
            return [row["value"] for row in shown["summary"]["settings"] if row["key"] == "engine.max_cells"]

        before = seed()
        with open(config, "w", encoding="utf-8") as file:
            file.write("engine:\n  max_cells: 77\n")
        assert seed() == before, "nothing is read without a reload"
        server.process.send_signal(signal.SIGHUP)
        wait_until("the reload", lambda: generation(server) == 2)
        assert [str(value) for value in seed()] == ["77"], seed()
        with open(config, "w", encoding="utf-8") as file:
            file.write("engine:\n  max_cells: many\n")
        problem(server.ask("POST", "/runtime/reload", {}, address=server.addresses[1]), 400)
        server.process.send_signal(signal.SIGHUP)
        wait_until("the log says why", lambda: "serve.reload_failed" in server.said())
        assert generation(server) == 2 and [str(value) for value in seed()] == ["77"], "the old one serves on"
        os.remove(config)


def drains():
    """What runs may end; new requests are refused; then the process ends with 0."""
    with Server("--drain", "60") as server:
        with server.connect() as busy, server.connect() as idle, server.connect() as half:
            busy.sendall(request("POST", "/v1/op/run", {"document": {**SLOW, "cells": SLOW["cells"][:150]}}))
            half.sendall(b"GET /capz HTTP/1.1\r\nHost: localhost\r\n")
            wait_until("it works", lambda: b"cq_http_in_work 1\n" in server.get("/metrics").body)
            server.process.send_signal(signal.SIGTERM)
            assert Reader(idle).at_end(), "idle connections are closed"
            try:
                server.connect().close()
                raise AssertionError("new connections are refused")
            except ConnectionRefusedError:
                pass
            half.sendall(b"\r\n")
            reply = Reader(half).reply()
            problem(reply, 503, "draining")
            assert reply.ended
            reply = Reader(busy).reply()
            assert reply.status == 200 and reply.ended and reply.json()["summary"]["state"] == "success", reply
        assert server.process.wait(support.PATIENCE_S) == 0


def drain_has_an_end():
    """After its deadline, requests and runs are cancelled."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server("--drain", "0.3") as server:
            place = server.post("/runtime/runs", SLOW).headers["location"]
            with server.connect() as busy, server.connect() as stream:
                busy.sendall(request("POST", "/v1/op/run", {"document": SLOW}))
                stream.sendall(request("GET", place + "/events"))
                reader = Reader(stream)
                reader.head()
                wait_until("it works", lambda: b"cq_http_in_work 1\n" in server.get("/metrics").body)
                server.process.send_signal(number)
                assert server.process.wait(support.PATIENCE_S) == 0


def gone_clients_cancel():
    with Server() as server:
        connection = server.connect()
        connection.sendall(request("POST", "/v1/op/run", {"document": SLOW}))
        wait_until("it works", lambda: b"cq_http_in_work 1\n" in server.get("/metrics").body)
        connection.close()
        begin = time.monotonic()
        wait_until("it was cancelled", lambda: b"cq_http_in_work 0\n" in server.get("/metrics").body)
        assert time.monotonic() - begin < support.PATIENCE_S / 2
        place = server.post("/runtime/runs", SLOW).headers["location"]
        with server.connect() as stream:  # a stream's client does not take the run with it
            stream.sendall(request("GET", place + "/events"))
            Reader(stream).head()
        wait_until("the stream ended", lambda: b"cq_http_streams 0\n" in server.get("/metrics").body)
        assert server.get(place).json()["summary"]["state"] == "running"
        server.ask("DELETE", place)


def killed():
    """After SIGKILL, a new server starts over the same socket and lock."""
    with Server(listen=("unix:HOME/s",)) as server:
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        server.errors.close()
        server.__enter__()
        assert server.get("/healthz").status == 200


support.run([reload_under_load, reload_reads_settings, drains, drain_has_an_end, gone_clients_cancel, killed])
