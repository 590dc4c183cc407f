#!/usr/bin/python3
"""tests/page.py CQ COMMAND... - runs COMMAND with the addresses of two `cq serve` behind it: one of two
workspaces, one that wants the token it is given in CQ_TOKEN."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "http"))
from support import Server

TOKEN = "a token of 24 characters"

with Server(workspaces=("w", "v")) as open_server, \
        Server(listen=("0.0.0.0:0",), env={"CQ_TOKEN": TOKEN}) as closed_server:
    with open(open_server.roots[1] + "/only_here.py", "w", encoding="utf-8") as file:
        file.write("def only_in_v(): return 1\n")
    for i in range(4):  # for regular expressions that take a while
        with open(open_server.roots[1] + f"/large_{i}.txt", "w", encoding="utf-8") as file:
            file.write("the quick brown fox jumps over the lazy dog\n" * 20000)
    with open(open_server.roots[0] + "/src/long.py", "w", encoding="utf-8") as file:
        file.write("".join(f"line_{i} = {i}\n" for i in range(1, 1001)) + "def far_down(): return alpha_0(1)\n")
    port = closed_server.address.rsplit(":", 1)[1]
    code = subprocess.run([*sys.argv[2:], open_server.address, "http://127.0.0.1:" + port], timeout=500,
                          env=dict(os.environ, CQ_TOKEN=TOKEN)).returncode
sys.exit(code)
