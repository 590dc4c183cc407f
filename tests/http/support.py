"""What the tests of `cq serve` share: a small workspace, a server over it, requests as bytes."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE_S = 60  # sanitizers and a loaded machine; nothing waits so long when it works


def make_workspace(folder):
    os.makedirs(os.path.join(folder, "src"))
    for i in range(20):
        with open(os.path.join(folder, "src", f"m{i}.py"), "w", encoding="utf-8") as file:
            file.write(f'"""Module {i}."""\n\n\ndef alpha_{i}(count):\n    return beta_{i}(count) + {i}\n\n\n'
                       f"def beta_{i}(count):\n    return alpha_0(count) if count else 0\n")
    with open(os.path.join(folder, "notes.md"), "w", encoding="utf-8") as file:
        file.write("# Notes\n\nalpha_0 is used everywhere.\n")
    with open(os.path.join(os.path.dirname(folder), "secret.py"), "w", encoding="utf-8") as file:
        file.write("def top_secret(): pass\n")
    os.symlink("../secret.py", os.path.join(folder, "link.py"))


class Server:
    """`cq serve` over a workspace of its own, stopped at the end of a with block."""

    def __init__(self, *options, env=None, listen=("127.0.0.1:0",), workspaces=("w",), program=None):
        self.program = program or sys.argv[1]
        self.home = tempfile.mkdtemp(prefix="cq-http-")
        self.roots = []
        for name in workspaces:
            os.makedirs(os.path.join(self.home, "in-" + name))
            self.roots.append(os.path.join(self.home, "in-" + name, name))
            make_workspace(self.roots[-1])
        run = os.path.join(self.home, "run")
        os.mkdir(run, 0o700)
        self.env = dict(os.environ, XDG_CACHE_HOME=os.path.join(self.home, "cache"), XDG_RUNTIME_DIR=run,
                        CQ_INDEX_BACKGROUND="off", CQ_USE_CONFIG="1", **(env or {}))
        for name in ("CQ_TOKEN", "CQ_CONFIG", "CQ_LOG"):
            if name not in (env or {}):
                self.env.pop(name, None)
        self.command = [self.program, "serve", *self.roots]
        for address in listen:
            self.command += ["--listen", address.replace("HOME", self.home)]
        self.command += options

    def __enter__(self):
        self.errors = open(os.path.join(self.home, "stderr"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(self.command, env=self.env, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("no server: " + self.said())
        self.hello = json.loads(line)
        self.addresses = self.hello["listening"]
        self.address = self.addresses[0]
        return self

    def __exit__(self, *error):
        try:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
            code = self.process.wait(PATIENCE_S)
            self.process.stdout.close()
            said = self.said()
            if error[0] and said:
                print(said, file=sys.stderr)
            if not error[0] and code != 0:
                raise AssertionError(f"the server ended with {code}: {said}")
            if not error[0] and "ERROR: " in said:
                raise AssertionError(said)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.errors.close()
            shutil.rmtree(self.home)

    def said(self):
        self.errors.flush()
        with open(self.errors.name, encoding="utf-8") as file:
            return file.read()

    def connect(self, address=None):
        address = address or self.address
        if address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(PATIENCE_S)
            connection.connect(address[5:])
            return connection
        host, port = re.fullmatch(r"http://(.*):(\d+)", address).groups()
        connection = socket.create_connection((host, int(port)), PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, method, path, body=None, headers=None, address=None):
        """One request on a connection of its own."""
        with self.connect(address) as connection:
            connection.sendall(request(method, path, body, headers))
            return Reader(connection).reply(method)

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, headers)


def request(method, path, body=None, headers=None):
    lines = {"Host": "localhost"}
    if body is not None:
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            lines["Content-Type"] = "application/json"
        lines["Content-Length"] = str(len(body))
    for name, value in (headers or {}).items():
        lines[name.replace("_", "-")] = value
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return head.encode("latin-1") + b"\r\n" + (body or b"")


class Reply:
    def __init__(self, status, headers, body, ended):
        self.status, self.headers, self.body, self.ended = status, headers, body, ended

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


class Reader:
    """Reads replies off a connection, and is strict about their framing."""

    def __init__(self, connection):
        self.connection, self.buffer = connection, b""

    def fill(self):
        data = self.connection.recv(65536)
        self.buffer += data
        return bool(data)

    def line(self):
        while b"\r\n" not in self.buffer:
            if not self.fill():
                raise EOFError(self.buffer)
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("latin-1")

    def exactly(self, count):
        while len(self.buffer) < count:
            if not self.fill():
                raise EOFError(self.buffer)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def head(self):
        match = re.fullmatch(r"HTTP/1\.1 (\d\d\d) [A-Za-z -]+", self.line())
        assert match, "no status line"
        headers = {}
        while line := self.line():
            name, value = line.split(": ", 1)
            assert name.lower() not in headers, name
            headers[name.lower()] = value
        return int(match[1]), headers

    def chunk(self):
        """The next chunk; empty at the end."""
        size = int(self.line(), 16)
        data = self.exactly(size)
        assert self.line() == ""
        return data

    def reply(self, method="GET"):
        status, headers = self.head()
        body = b""
        if method == "HEAD" or status in (204, 304) or status < 200:
            pass
        elif headers.get("transfer-encoding") == "chunked":
            while data := self.chunk():
                body += data
        elif "content-length" in headers:
            body = self.exactly(int(headers["content-length"]))
        else:
            while self.fill():
                pass
            body, self.buffer = self.buffer, b""
        ended = headers.get("connection") == "close"
        return Reply(status, headers, body, ended)

    def at_end(self):
        """Whether the server closed the connection, with nothing left to read."""
        try:
            return not self.buffer and not self.fill()
        except ConnectionResetError:
            return True


def problem(reply, status, kind=None):
    """Checks that the reply is a Problem Details document and returns it."""
    assert reply.status == status, reply
    assert reply.headers["content-type"] == "application/problem+json", reply
    document = reply.json()
    assert document["status"] == status and document["title"] and document["detail"], reply
    assert document["instance"] == reply.headers["x-request-id"], reply
    if kind:
        assert document["type"] == "urn:cq:problem:" + kind, reply
    return document


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def run(tests):
    """Runs functions that take no argument; says which failed."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH/TO/cq [TEST...]")
    wanted = sys.argv[2:]
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        print(test.__name__, flush=True)
        test()


def in_threads(count, work):
    """Runs work(i) in so many threads; raises what the first of them raised."""
    failures = []

    def guarded(index):
        try:
            work(index)
        except BaseException as failure:  # told by the caller
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
