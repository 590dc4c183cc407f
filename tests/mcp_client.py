"""tests/mcp_client.py - a client of the Model Context Protocol over standard input and output."""
import json
import queue
import subprocess
import threading

WAIT_S = 60


class Client:
    """One `cq mcp` process. Notifications and requests of the server are kept in `heard`."""

    def __init__(self, cq, *arguments, cwd=None, env=None, roots=None):
        self.process = subprocess.Popen([cq, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd=cwd, env=env)
        self.lines = queue.Queue()
        self.errors = []
        self.heard = []
        self.roots = roots
        self.last_id = 0
        self.early = {}
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=self.read_errors, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line.decode(errors="replace"))

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        self.send_bytes(json.dumps(message).encode() + b"\n")

    def notify(self, method, **params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def begin(self, method, params=None):
        self.last_id += 1
        message = {"jsonrpc": "2.0", "id": self.last_id, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message)
        return self.last_id

    def next(self, wait=WAIT_S):
        """The next message; answers roots/list by the way. None at the end of output."""
        while True:
            line = self.lines.get(timeout=wait)
            if line is None:
                return None
            assert line.endswith(b"\n"), "a message is a line"
            message = json.loads(line)
            assert isinstance(message, list) or message["jsonrpc"] == "2.0"
            if isinstance(message, dict) and message.get("method") == "roots/list":
                self.heard.append(message)
                self.send({"jsonrpc": "2.0", "id": message["id"],
                           "result": {"roots": [{"uri": uri} for uri in self.roots or []]}})
                continue
            return message

    def answer(self, number):
        if number in self.early:
            return self.early.pop(number)
        while True:
            message = self.next()
            assert message is not None, "the server ended: " + "".join(self.errors)
            if isinstance(message, dict) and "method" in message:
                self.heard.append(message)
            elif isinstance(message, dict) and message["id"] == number:
                return message
            else:
                self.early[message["id"]] = message

    def ask(self, method, **params):
        return self.answer(self.begin(method, params))

    def result(self, method, **params):
        answer = self.ask(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def error(self, method, **params):
        answer = self.ask(method, **params)
        assert "error" in answer, answer
        return answer["error"]

    def initialize(self, revision="2025-11-25", capabilities=None):
        result = self.result("initialize", protocolVersion=revision, capabilities=capabilities or {},
                             clientInfo={"name": "test", "version": "1"})
        self.notify("notifications/initialized")
        return result

    def call(self, tool, /, **arguments):
        return self.result("tools/call", name=tool, arguments=arguments)

    def heard_methods(self):
        return [message["method"] for message in self.heard]

    def close(self, wait=WAIT_S):
        self.process.stdin.close()
        return self.process.wait(wait)
