#!/usr/bin/python3
"""bench/http_load.py --cq build/release/cq DIR... - `cq serve` under load, beside nginx where that can do the same.

/healthz and a warm search, over kept connections and pipelined, beside nginx (1 and 2 workers) that serves files of
the same sizes: each round asks all of them, in an order of its own, and ratios are of one round. wrk asks. Processor
time of the servers is taken from /proc, as that hardly depends on what else the machine does. Then `find` by 1, 8, 64
and 200 clients, of which each asks again as soon as it was answered, other questions by turns: how long answers take,
what was refused and why, and whether all clients are served alike. wrk and nginx must be installed; the bench says so
and ends with 77 when they are not.
"""
import argparse
import collections
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

CONNECTIONS, DEPTH, HERTZ = 32, 8, os.sysconf("SC_CLK_TCK")
QUESTIONS = ("how are expired keys evicted", "main loop", "parse configuration file", "where are errors reported",
             "connection timeout", "sort results", "load data from disk", "validate input")
PIPELINE = """init = function(args)
  local all = {}
  for i = 1, %d do all[i] = wrk.format() end
  joined = table.concat(all)
end
request = function() return joined end
"""
Sample = collections.namedtuple("Sample", "rate p50 p99 bad cpu_us")


# ---- servers

class Served:
    """Processes that answer at one address."""

    def __init__(self, name, process, base):
        self.name, self.process, self.base = name, process, base

    def pids(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [self.process.pid, *(int(pid) for pid in file.read().split())]

    def cpu_s(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / HERTZ

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def start_cq(options, folder, env, root):
    subprocess.run([options.cq, "index", "build", "--root", root], check=True, capture_output=True, env=env)
    process = subprocess.Popen([options.cq, "serve", root, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                               text=True, env=env)
    return Served("cq", process, json.loads(process.stdout.readline())["listening"][0])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_nginx(folder, workers):
    port, own = free_port(), f"{folder}/nginx{workers}"
    os.makedirs(own)
    with open(own + "/nginx.conf", "w", encoding="utf-8") as file:
        file.write(f"""daemon off; worker_processes {workers}; pid {own}/pid; error_log {own}/error;
events {{ worker_connections 1024; }}
http {{ access_log off; default_type application/json; keepalive_requests 100000000; client_body_temp_path {own}/b;
proxy_temp_path {own}/p; fastcgi_temp_path {own}/f; uwsgi_temp_path {own}/u; scgi_temp_path {own}/s;
open_file_cache max=100; server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
""")
    process = subprocess.Popen(["nginx", "-p", own, "-c", own + "/nginx.conf"], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    return Served(f"nginx, {workers} worker{'s' * (workers > 1)}", process, f"http://127.0.0.1:{port}")


# ---- beside nginx

def wrk(server, path, seconds, script=None, headers=()):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += [word for header in headers for word in ("-H", header)] + (["-s", script] if script else [])
    before = server.cpu_s()
    out = subprocess.run([*command, server.base + path], check=True, capture_output=True, text=True).stdout
    cpu = server.cpu_s() - before
    count = int(re.search(r"(\d+) requests in", out)[1])
    bad = sum(int(number) for number in re.findall(r"(?:Non-2xx or 3xx responses|connect|read|write|timeout):? (\d+)", out))

    def latency(part):
        number, unit = re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", out).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    return Sample(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), latency(50), latency(99), bad,
                  cpu / max(count, 1) * 1e6)


def middle(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def beside_nginx(what, servers, ask, rounds):
    samples = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server in random.sample(servers, len(servers)):
            samples[server.name].append(ask(server))
    ours = samples["cq"]
    for server in servers:
        rows = samples[server.name]
        ratios = middle([mine.rate / row.rate for mine, row in zip(ours, rows)], ".2f") if rows is not ours else ""
        print(f"| {what} | {server.name} | {middle([row.rate for row in rows], '.0f')} | "
              f"{statistics.median(row.p50 for row in rows):.2f} / {statistics.median(row.p99 for row in rows):.2f} | "
              f"{middle([row.cpu_us for row in rows], '.1f')} | {ratios} | {sum(row.bad for row in rows)} |", flush=True)


def show_beside(options, folder, server, peers):
    script, search = folder + "/pipeline.lua", f"/v1/op/search?pattern={options.search}"
    with open(script, "w", encoding="ascii") as file:
        file.write(PIPELINE % DEPTH)
    tags = {}
    for name, path in (("healthz", "/healthz"), ("search", search)):
        with urllib.request.urlopen(server.base + path) as reply, open(f"{folder}/files/{name}", "wb") as file:
            body = reply.read()
            file.write(body)
            tags[name] = reply.headers["ETag"]
        print(f"{name}: an answer of {len(body)} bytes")
    print("| what | server | requests/s | p50 / p99 ms | processor us each | cq's rate to this one's | failed |\n"
          "|---|---|---|---|---|---|---|")

    def row(what, name, path, **more):
        def ask(one):
            return wrk(one, path if one is server else "/" + name, options.seconds, **more)
        beside_nginx(what, [server, *peers], ask, options.rounds)

    row("/healthz", "healthz", "/healthz")
    row(f"/healthz, {DEPTH} pipelined", "healthz", "/healthz", script=script)
    row("search", "search", search)
    beside_nginx("search, 304", [server], lambda one: wrk(one, search, options.seconds,
                                                          headers=[f"If-None-Match: {tags['search']}"]), options.rounds)


# ---- find

def client(server, seed, end, out):
    turn = seed
    connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=120)
    while time.monotonic() < end:
        turn += 1
        begin = time.monotonic()
        connection.request("POST", "/v1/op/find", json.dumps({"question": QUESTIONS[turn % len(QUESTIONS)]}),
                           {"Content-Type": "application/json"})
        reply = connection.getresponse()
        body = reply.read()
        if reply.status == 200:
            out.append(time.monotonic() - begin)
            continue
        server.refused[f"{reply.status}: {json.loads(body)['detail']}"] += 1
        time.sleep(float(reply.headers["Retry-After"] or 0))
    connection.close()


def show_find(options, server, root):
    for count in (1, 8, 64, 200):
        server.refused = collections.Counter()
        times = [[] for _ in range(count)]
        end, before = time.monotonic() + options.seconds * options.rounds, server.cpu_s()
        threads = [threading.Thread(target=client, args=(server, seed, end, out)) for seed, out in enumerate(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        every = sorted(1000 * value for out in times for value in out)
        cuts = statistics.quantiles(every, n=100)
        each = [len(out) for out in times]
        cpu_ms = (server.cpu_s() - before) * 1000 / len(every)
        print(f"| {os.path.basename(root)} | {count} | {len(every) / (options.seconds * options.rounds):.0f} | {cuts[49]:.1f} | "
              f"{cuts[98]:.1f} | {every[-1]:.1f} | {cpu_ms:.1f} | {min(each)}-{max(each)} | {sum(server.refused.values())} |",
              flush=True)
        for why, times_said in server.refused.most_common(3):
            print(f"  refused {times_said} times: {why}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cq", required=True, type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--search", default="main", help="what is searched for in the first DIR")
    parser.add_argument("folders", nargs="+", metavar="DIR")
    options = parser.parse_args()
    if not shutil.which("wrk") or not shutil.which("nginx"):
        print("wrk and nginx are needed: apt-get install wrk nginx-light")
        return 77
    folder = tempfile.mkdtemp(prefix="cq-bench-http-")
    os.chmod(folder, 0o755)
    os.makedirs(folder + "/run", 0o700)
    os.makedirs(folder + "/files")
    env = dict(os.environ, XDG_RUNTIME_DIR=folder + "/run", CQ_INDEX_BACKGROUND="off")
    running = []
    try:
        for root in options.folders:
            running.append(start_cq(options, folder, env, root))
        peers = [start_nginx(folder, workers) for workers in (1, 2)]
        running += peers
        show_beside(options, folder, running[0], peers)
        print("\n| find in | clients | answers/s | p50 ms | p99 ms | slowest | processor ms each | answers of a client | "
              "refused |\n|---|---|---|---|---|---|---|---|---|")
        for server, root in zip(running, options.folders):
            show_find(options, server, root)
    finally:
        for server in running:
            server.end()
        shutil.rmtree(folder)
    return 0


sys.exit(main())
