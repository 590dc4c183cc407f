#!/usr/bin/python3
"""tests/mcp_bridge.py CQ ROOT - `cq mcp` behind streamable HTTP, a process a session.

For clients that speak HTTP only, while there is no server to ask. Prints the port it took. Answers
are plain JSON; there is no stream of events.
"""
import http.server
import json
import queue
import subprocess
import sys
import threading
import uuid

CQ, ROOT = sys.argv[1:]
LOCAL = ("localhost", "127.0.0.1")
sessions = {}


class Session:
    def __init__(self):
        self.process = subprocess.Popen([CQ, "--root", ROOT, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.waiting = {}
        self.lock = threading.Lock()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            if "method" not in message and message.get("id") in self.waiting:
                self.waiting.pop(message["id"]).put(line)

    def send(self, body):
        with self.lock:
            self.process.stdin.write(body.replace(b"\n", b" ") + b"\n")
            self.process.stdin.flush()

    def ask(self, number, body):
        answer = self.waiting[number] = queue.Queue()
        self.send(body)
        return answer.get(timeout=60)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", session=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        if session:
            self.send_header("Mcp-Session-Id", session)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        origin = self.headers.get("Origin", "http://localhost").split("//")[-1].rsplit(":", 1)[0]
        message = json.loads(body)
        name = self.headers.get("Mcp-Session-Id")
        if host not in LOCAL or origin not in LOCAL:
            return self.reply(403)
        if message.get("method") == "initialize":
            name = str(uuid.uuid4())
            sessions[name] = Session()
        if name not in sessions:
            return self.reply(404)
        if "method" in message and "id" in message:
            return self.reply(200, sessions[name].ask(message["id"], body), name)
        sessions[name].send(body)
        return self.reply(202)

    def do_GET(self):
        self.reply(405)

    def do_DELETE(self):
        session = sessions.pop(self.headers.get("Mcp-Session-Id"), None)
        if session:
            session.process.stdin.close()
        self.reply(200 if session else 404)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):  # a client that hangs up
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
