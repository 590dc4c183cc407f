#!/usr/bin/python3
"""bench/mcp_peers.py - what an agent waits for before a server of the Model Context Protocol is of use.

    bench/mcp_peers.py --cq build/release/cq DIR [--rounds N]

Copies DIR once for each server, and asks each the same question. First in a copy that no server has
seen: an agent starts the server, after building the index where the server answers nothing without
one. Then in N rounds with the index there, one server after the other: from the start of the process
to the answer of initialize, and to the first answer of a tool. Servers that tools/fetch-mcp-peers.sh
has not brought are left out. Answers are not judged.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.realpath(os.path.join(HERE, "..", "build", "mcp-peers", "node_modules"))
QUESTION = "how are expired keys evicted"
REVISION = "2025-06-18"


class Session:
    """A server, from its start."""

    def __init__(self, command, folder, env):
        self.began = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.last_id = 0

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, method, **params):
        """The result, and how many bytes brought it."""
        self.last_id += 1
        self.send({"id": self.last_id, "method": method, "params": params})
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("id") == self.last_id and "method" not in message:
                return message["result"], len(line)
        raise SystemExit("a server ended without an answer")

    def initialize(self):
        self.ask("initialize", protocolVersion=REVISION, capabilities={}, clientInfo={"name": "bench", "version": "1"})
        seconds = self.seconds()
        self.send({"method": "notifications/initialized"})
        return seconds

    def call(self, tool, arguments):
        result, size = self.ask("tools/call", name=tool, arguments=arguments)
        if result.get("isError"):
            raise SystemExit(f"{tool}: {result}")
        return self.seconds(), size

    def seconds(self):
        return time.perf_counter() - self.began

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def servers(cq):
    """name: how to build its index (None: no need), how to start it, what to call."""
    codegraph = os.path.join(MODULES, "@colbymchenry", "codegraph-linux-x64", "bin", "codegraph")
    vibgrate = os.path.join(MODULES, ".bin", "vg")
    yield "cq", None, [cq, "mcp"], lambda _: ("find", {"question": QUESTION})
    if os.path.exists(codegraph):
        yield ("codegraph", [codegraph, "init", "."], [codegraph, "serve", "--mcp", "-p", "."],
               lambda folder: ("codegraph_explore", {"query": QUESTION, "projectPath": folder}))
    if os.path.exists(vibgrate):
        yield ("vibgrate", [vibgrate, "build", "."], [vibgrate, "serve", "--local"],
               lambda _: ("orient", {"question": QUESTION}))


def quartiles(seconds):
    values = sorted(1000 * value for value in seconds)
    low, middle, high = (statistics.quantiles(values, n=4) if len(values) > 1 else values * 3)
    return f"{middle:.0f} ms ({low:.0f}-{high:.0f})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cq", required=True, type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cq-mcp-peers.") as home:
        env = dict(os.environ, HOME=home, XDG_CACHE_HOME=os.path.join(home, "cache"), DO_NOT_TRACK="1",
                   CODEGRAPH_TELEMETRY="0", CODEGRAPH_NO_DAEMON="1", XDG_RUNTIME_DIR=home)
        rows = []
        for name, build, command, call in servers(options.cq):
            folder = os.path.join(home, name)
            shutil.copytree(options.folder, folder, symlinks=True)
            begin = time.perf_counter()
            if build:
                subprocess.run(build, cwd=folder, env=env, check=True, capture_output=True)
            session = Session(command, folder, env)
            session.initialize()
            session.call(*call(folder))
            cold = time.perf_counter() - begin
            tools, size = session.ask("tools/list")
            session.end()
            if name == "cq":  # the others have an index now, too
                subprocess.run([options.cq, "index", "build"], cwd=folder, env=env, check=True, capture_output=True)
            rows.append((name, command, call, folder, cold, len(tools["tools"]), size, [], [], []))
        for _ in range(options.rounds):
            for _, command, call, folder, _, _, _, starts, firsts, sizes in rows:
                session = Session(command, folder, env)
                starts.append(session.initialize())
                seconds, size = session.call(*call(folder))
                firsts.append(seconds)
                sizes.append(size)
                session.end()
        print("| server | tools | tools/list | never seen: start to first answer | start to initialize | "
              "start to first answer | its bytes |\n|---|---|---|---|---|---|---|")
        for name, _, _, _, cold, tools, size, starts, firsts, sizes in rows:
            print(f"| {name} | {tools} | {size} bytes | {cold:.2f} s | {quartiles(starts)} | {quartiles(firsts)} | "
                  f"{statistics.median(sizes):.0f} |")


if __name__ == "__main__":
    main()
