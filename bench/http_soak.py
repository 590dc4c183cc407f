#!/usr/bin/python3
"""bench/http_soak.py [CQ] [WORKSPACE] - memory of `cq serve` under a mixed load, for SECONDS (1800).

Searches, questions, plans with their events, conditional requests, clients that go away in the middle, files that
change, evicted cells and reloads, by CLIENTS (4) threads that rest up to PAUSE_MS (20) between requests. Every request
must be answered as it should. Memory, threads and open files are sampled; the medians of each quarter are shown (the
first one fills caches). Ends with 1 when a request failed, or when memory, threads or files of the last quarter are a
quarter more than those of the second. SAMPLES=FILE keeps all samples as lines of tab-separated numbers.
"""
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

SECONDS, CLIENTS = int(os.environ.get("SECONDS") or 1800), int(os.environ.get("CLIENTS") or 4)
PAUSE = int(os.environ.get("PAUSE_MS") or 20) / 1000
CQ = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else "build/release/cq")
ROOT = os.path.realpath(sys.argv[2] if len(sys.argv) > 2 else ".")
WORDS = ("main", "read", "write", "open", "parse", "count", "free", "list", "error", "config")
counts, failures, lock = {}, [], threading.Lock()


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.place = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.place)


def ask(connection, method, path, body=None, headers=None, good=(200,)):
    text = json.dumps(body) if body is not None else None
    connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})} if text else headers or {})
    reply = connection.getresponse()
    data = reply.read()
    if reply.status not in good:
        raise AssertionError(f"{method} {path}: {reply.status} {data[:300]}")
    return reply, data


def plan(word):
    return {"version": 1, "cells": [{"id": "s", "op": "search", "params": {"pattern": word, "limit": 20}},
                                    {"id": "o", "op": "outline", "inputs": ["s"]}]}


def search(connection, word, _):
    ask(connection, "POST", "/v1/op/search", {"pattern": word, "limit": 50})


def find(connection, word, _):
    ask(connection, "GET", f"/v1/op/find?question=how+is+{word}+done")


def known(connection, word, _):
    path = f"/v1/op/search?pattern={word}&limit=20"
    tag = ask(connection, "GET", path)[0].headers["ETag"]
    ask(connection, "GET", path, headers={"If-None-Match": tag}, good=(200, 304))


def run(connection, word, _):
    reply, _ = ask(connection, "POST", "/runtime/runs", plan(word), good=(202, 200, 503))
    if reply.headers["Location"]:
        ask(connection, "GET", reply.headers["Location"] + "/events")


def gone(connection, word, _):
    with socket.create_connection((connection.host, connection.port)) as other:
        other.sendall(f"GET /v1/op/find?question={word} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def scope(connection, word, _):
    session = {"X-Session-ID": "s" + word}
    ask(connection, "POST", "/v1/op/scope", {"action": "set", "glob": ["*"], "ttl": 5}, session)
    ask(connection, "POST", "/v1/op/search", {"pattern": word, "limit": 5}, session)


def look(connection, _, __):
    for path in ("/healthz", "/readyz", "/capz", "/metrics", "/"):
        ask(connection, "GET", path, good=(200, 503) if path == "/readyz" else (200,))


KINDS = (search, search, search, find, known, run, gone, scope, look)


def client(port, seed, end):
    choose = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    while time.monotonic() < end and not failures:
        kind = choose.choice(KINDS)
        try:
            kind(connection, choose.choice(WORDS), choose)
        except Exception as failure:
            with lock:
                failures.append(f"{kind.__name__}: {failure!r}")
        with lock:
            counts[kind.__name__] = counts.get(kind.__name__, 0) + 1
        time.sleep(choose.random() * PAUSE)
    connection.close()


def operator(path, end):
    """Changes a file, evicts a cell, reloads."""
    note = os.path.join(ROOT, "cq_soak_note.c")
    turn = 0
    while time.monotonic() < end and not failures:
        turn += 1
        try:
            with open(note, "w", encoding="utf-8") as file:
                file.write(f"int soak_{turn}(void) {{ return {turn}; }}\n")
            connection = Unix(path)
            ask(connection, "POST", "/runtime/reload" if turn % 4 == 0 else "/runtime/cells/index/evict")
            connection.close()
        except Exception as failure:
            with lock:
                failures.append(f"operator: {failure!r}")
        time.sleep(2)
    os.remove(note)


def sample(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        rows = dict(line.split(":\t", 1) for line in file if ":\t" in line)
    return (int(rows["RssAnon"].split()[0]) / 1024, int(rows["VmRSS"].split()[0]) / 1024, int(rows["Threads"]),
            len(os.listdir(f"/proc/{pid}/fd")))


def main():
    folder = tempfile.mkdtemp(prefix="cq-soak-http-")
    os.mkdir(folder + "/run", 0o700)
    env = dict(os.environ, XDG_RUNTIME_DIR=folder + "/run", CQ_INDEX_BACKGROUND="off")
    server = subprocess.Popen([CQ, "serve", ROOT, "--listen", "127.0.0.1:0", "--listen", f"unix:{folder}/s"],
                              stdout=subprocess.PIPE, text=True, env=env)
    port = int(json.loads(server.stdout.readline())["listening"][0].rsplit(":", 1)[1])
    samples, end = [], time.monotonic() + SECONDS
    threads = [threading.Thread(target=client, args=(port, seed, end)) for seed in range(CLIENTS)]
    threads.append(threading.Thread(target=operator, args=(folder + "/s", end)))
    for thread in threads:
        thread.start()
    try:
        while time.monotonic() < end and not failures and server.poll() is None:
            time.sleep(min(1, max(SECONDS / 200, 0.1)))
            samples.append(sample(server.pid))
    finally:
        for thread in threads:
            thread.join()
        server.send_signal(signal.SIGTERM)
        code = server.wait()
        shutil.rmtree(folder)
    print(f"{SECONDS} s, requests: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    bad = bool(failures) or code != 0
    for failure in failures[:5]:
        print("FAILED", failure)
    if os.environ.get("SAMPLES"):
        with open(os.environ["SAMPLES"], "w", encoding="ascii") as file:
            file.writelines("\t".join(str(value) for value in row) + "\n" for row in samples)
    quarter = max(len(samples) // 4, 1)
    for index, name in enumerate(("anonymous MiB", "resident MiB", "threads", "open files")):
        quarters = [statistics.median(row[index] for row in samples[n * quarter:(n + 1) * quarter] or samples)
                    for n in range(4)]
        print(f"{name:14} quarters " + ", ".join(f"{value:8.1f}" for value in quarters) +
              f", most {max(row[index] for row in samples):8.1f}")
        bad = bad or (quarters[3] > quarters[1] * 1.25 and SECONDS >= 60 and index != 1)
    return 1 if bad else 0


sys.exit(main())
