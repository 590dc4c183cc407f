#!/usr/bin/python3
"""tests/fake_lsp.py ANSWERS.json - a language server that says what a test wants.

ANSWERS: {"answers": {"path:line:col": ["path:line:col", ...]}, ...}, lines from 0, columns in
UTF-16; a place that is not listed has no definition. Also
    "loading": N  says that it is loading, and answers nothing, to the first N questions
    "links": true  answers LocationLinks
    "silent": ["path:line:col"]  never answered
    "dies": N  goes away at the Nth question, if the file "died" is not there yet
"""
import json
import os
import sys


def read():
    size = 0
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            sys.exit(0)
        if not line.strip():
            break
        if line.lower().startswith(b"content-length:"):
            size = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(size))


def write(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sys.stdout.buffer.flush()


def place(text, links):
    path, line, col = text.rsplit(":", 2)
    uri = path if "://" in path else "file://" + os.path.join(os.getcwd(), path)
    spot = {"line": int(line), "character": int(col)}
    span = {"start": spot, "end": spot}
    if not links:
        return {"uri": uri, "range": span}
    whole = {"start": {"line": max(0, int(line) - 1), "character": 0}, "end": spot}
    return {"targetUri": uri, "targetRange": whole, "targetSelectionRange": span}


def define(plan, params, asked):
    uri, position = params["textDocument"]["uri"], params["position"]
    path = os.path.relpath(uri[len("file://") :], os.getcwd())
    key = f"{path}:{position['line']}:{position['character']}"
    if asked == plan.get("dies") and not os.path.exists("died"):
        open("died", "w").close()
        sys.exit(1)
    if key in plan.get("silent", []):
        return False
    if asked <= plan.get("loading", 0):
        return None
    return [place(text, plan.get("links")) for text in plan["answers"].get(key, [])]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    asked = 0
    while True:
        message = read()
        method, number = message.get("method"), message.get("id")
        if method == "exit":
            return
        if method == "initialized":
            write({"id": "t", "method": "window/workDoneProgress/create", "params": {"token": "t"}})
            write({"id": "c", "method": "workspace/configuration", "params": {"items": [{"section": "fake"}]}})
            write({"method": "$/progress", "params": {"token": "t", "value": {"kind": "begin", "title": "loading"}}})
            write({"method": "$/progress", "params": {"token": "t", "value": {"kind": "end"}}})
        if number is None or method is None:
            continue
        result = {}
        if method == "textDocument/definition":
            asked += 1
            result = define(plan, message["params"], asked)
        if result is not False:
            write({"id": number, "result": result})


if __name__ == "__main__":
    main()
