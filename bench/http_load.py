#!/usr/bin/python3
"""bench/http_load.py [CQ] [WORKSPACE] [NAME] - `cq serve` under wrk, beside nginx that serves a file of the same size.

/healthz and a warm search for NAME, then a `find` by 1, 8 and 64 clients. Each round asks both servers in turn; figures
are medians of the rounds and, for requests a second, the ratio to nginx in the same round. wrk and nginx must be
installed; the bench says so and ends with 77 when they are not.
"""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROUNDS, SECONDS = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SECONDS", "3"))
CQ = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else "build/release/cq")
ROOT = sys.argv[2] if len(sys.argv) > 2 else "."
NAME = sys.argv[3] if len(sys.argv) > 3 else "main"


def wrk(url, connections):
    """Requests a second, p50 and p99 in ms, and how many were not answered well."""
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", url], check=True,
                         capture_output=True, text=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    bad = sum(int(number) for number in re.findall(r"(?:Non-2xx or 3xx responses|connect|read|write|timeout):? (\d+)", out))

    def latency(part):
        number, unit = re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", out).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    return rate, latency(50), latency(99), bad


def start_nginx(folder):
    port = 18000 + os.getpid() % 1000
    with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
        file.write(f"""daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error;
events {{ worker_connections 1024; }}
http {{ access_log off; default_type application/json; keepalive_requests 100000000; client_body_temp_path {folder}/b;
proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
""")
    process = subprocess.Popen(["nginx", "-p", folder, "-c", folder + "/nginx.conf"], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    return process, f"http://127.0.0.1:{port}"


def spread(values):
    return f"{statistics.median(values):10.1f} ({min(values):.1f} to {max(values):.1f})"


def beside_nginx(name, url, peer, connections):
    ours, theirs, ratios = [], [], []
    for _ in range(ROUNDS):
        ours.append(wrk(url, connections))
        theirs.append(wrk(peer, connections))
        ratios.append(ours[-1][0] / theirs[-1][0])
    print(f"{name:24} {spread([row[0] for row in ours])} requests/s, p50 {statistics.median(row[1] for row in ours):.3f} ms, "
          f"p99 {statistics.median(row[2] for row in ours):.3f} ms, {sum(row[3] for row in ours)} bad")
    print(f"{'  nginx, same size':24} {spread([row[0] for row in theirs])} requests/s, "
          f"p50 {statistics.median(row[1] for row in theirs):.3f} ms; ours is "
          f"{statistics.median(ratios):.3f} of it ({min(ratios):.3f} to {max(ratios):.3f})")


def main():
    if not shutil.which("wrk") or not (nginx := shutil.which("nginx")):
        print("wrk and nginx are needed: apt-get install wrk nginx-light")
        return 77
    del nginx
    folder = tempfile.mkdtemp(prefix="cq-bench-http-")
    os.chmod(folder, 0o755)
    os.makedirs(folder + "/run", 0o700)
    os.makedirs(folder + "/files")
    env = dict(os.environ, XDG_RUNTIME_DIR=folder + "/run", CQ_INDEX_BACKGROUND="off")
    subprocess.run([CQ, "index", "build", "--root", ROOT], check=True, capture_output=True, env=env)
    server = subprocess.Popen([CQ, "serve", ROOT, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=env)
    base = json.loads(server.stdout.readline())["listening"][0]
    peer_process, peer = start_nginx(folder)
    search, find = base + f"/v1/op/search?pattern={NAME}", base + "/v1/op/find?question=main+loop"
    try:
        for name, url in (("healthz", base + "/healthz"), ("search", search)):
            with urllib.request.urlopen(url) as reply:
                body = reply.read()
            with open(f"{folder}/files/{name}", "wb") as file:
                file.write(body)
            print(f"{name}: an answer of {len(body)} bytes")
            beside_nginx(name, url, f"{peer}/{name}", 32)
        urllib.request.urlopen(find).read()
        for clients in (1, 8, 64):
            rows = [wrk(find, clients) for _ in range(ROUNDS)]
            print(f"find, {clients:2} clients         {spread([row[0] for row in rows])} requests/s, "
                  f"p50 {spread([row[1] for row in rows])} ms, p99 {spread([row[2] for row in rows])} ms, "
                  f"{sum(row[3] for row in rows)} bad")
    finally:
        for process in (server, peer_process):
            process.send_signal(signal.SIGTERM)
            process.wait()
        shutil.rmtree(folder)
    return 0


sys.exit(main())
