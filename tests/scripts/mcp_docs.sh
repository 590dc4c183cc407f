#!/bin/sh
# docs/mcp.md: every call in it works on cq's own source; it names all tools, clients and their files.
set -eu
page=$CQ_SOURCE/docs/mcp.md
XDG_CACHE_HOME=$(mktemp -d "${TMPDIR:-/tmp}/cq-mcp-docs.XXXXXX")
export XDG_CACHE_HOME
trap 'rm -rf "$XDG_CACHE_HOME"' EXIT
PYTHONPATH=$CQ_SOURCE/tests /usr/bin/python3 -B - "$CQ_BUILD/cq" "$CQ_SOURCE" "$page" <<'EOF'
import json
import re
import subprocess
import sys
from mcp_client import Client
cq, source, page = sys.argv[1:]
text = open(page, encoding="utf-8").read()
calls = [json.loads(line) for block in re.findall(r"```jsonl\n(.*?)```", text, re.S) for line in block.splitlines()]
assert len(calls) > 5, "the calls of the page are not found"
client = Client(cq, "--root", source, "mcp")
client.initialize()
for call in calls:
    result = client.result("tools/call", **call)
    assert not result["isError"] and len(result["content"][0]["text"]) > 80, (call, result)
for tool in client.result("tools/list")["tools"]:
    assert f"| `{tool['name']}` |" in text, tool["name"]
for prompt in client.result("prompts/list")["prompts"]:
    assert f"`{prompt['name']}`" in text, prompt["name"]
assert client.close() == 0
for line in subprocess.run([cq, "mcp", "install"], capture_output=True, text=True, check=True, cwd=source).stdout.splitlines()[:-1]:
    name, file = line.split()[0], line.split()[-1]
    row = next(row for row in text.splitlines() if row.startswith(f"| `{name}` |"))
    assert file.rsplit("/", 1)[1] in row, (row, file)
EOF
