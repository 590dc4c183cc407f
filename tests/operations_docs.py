"""tests/operations_docs.py CQ DOCS FOLDER - what the runbook tells to type is typed, and what it names is looked for."""
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys

from support import Reader, make_workspace, request, wait_until

CQ, DOCS, HOME = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
FOLDERS = {"~/a": "a", "~/b": "b", "/srv/repo-a": "a", "/srv/repo-b": "b", "~/project": "a"}


def page(name):
    with open(os.path.join(DOCS, name), encoding="utf-8") as file:
        return file.read()


def commands(text):
    """Lines of code blocks, fenced and indented, that begin with cq."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()]
    lines += [line[4:] for line in text.splitlines() if line.startswith("    ")]
    return [line.split("  #")[0].strip() for line in lines if line.startswith("cq ")]


def environment():
    run = os.path.join(HOME, "run")
    os.makedirs(run, mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CQ_")}
    return dict(kept, HOME=HOME, XDG_CACHE_HOME=os.path.join(HOME, "cache"), XDG_RUNTIME_DIR=run, CQ_INDEX_BACKGROUND="off")


ENV = environment()
ROOT = os.path.join(HOME, "in-a", "a")


def run(words, **more):
    return subprocess.run([CQ, *words], cwd=ROOT, env=ENV, capture_output=True, text=True, timeout=120, check=False, **more)


class Serving:
    """`cq serve` as a page has it."""

    def __init__(self, line, **env):
        words = []
        for word in shlex.split(line)[1:]:
            if word in FOLDERS:
                word = os.path.join(HOME, "in-" + FOLDERS[word], FOLDERS[word])
            word = re.sub(r"^(127\.0\.0\.1):\d+$", r"\1:0", word)
            words.append(re.sub(r"^unix:.*", f"unix:{HOME}/s", word))
        self.process = subprocess.Popen([CQ, *words], cwd=ROOT, env=dict(ENV, **env), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.hello = json.loads(self.process.stdout.readline())
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.log = self.process.communicate(timeout=60)[1]
        assert error[0] or self.process.returncode == 0, self.log

    def ask(self, address, method, path, body=None):
        if address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(address[5:])
        else:
            host, port = re.fullmatch(r"http://(.*):(\d+)", address).groups()
            connection = socket.create_connection((host, int(port)))
        with connection:
            connection.sendall(request(method, path, body))
            return Reader(connection).reply(method)


def every_command():
    found = commands(page("operations.md")) + commands(page("http.md")) + commands(page("mcp.md"))
    assert sum(line.startswith("cq serve") for line in found) >= 4 and "cq doctor" in found, found
    for line in found:
        if line.startswith("cq serve"):
            with Serving(line) as server:
                for address in server.hello["listening"]:
                    assert server.ask(address, "GET", "/healthz").status == 200, line
        else:
            done = run(shlex.split(line)[1:])
            assert done.returncode == 0 and done.stdout, (line, done)
        print("ok", line)


def commands_in_sentences():
    text = page("operations.md")
    found = sorted(set(re.findall(r"`(cq [^`]*)`", text)))
    assert "cq doctor fit" in found and "cq index prune" in found, found
    for line in found:
        words = shlex.split(line)[1:]
        if words[0] in ("serve", "find", "scope", "sql"):
            continue  # begun above; names of commands
        done = run(words)
        assert done.returncode in (0, 1) and done.stdout, (line, done)
        print("ok", line)


def names():
    """Settings, variables and metrics."""
    text = page("operations.md")
    settings = run(["config", "show"]).stdout
    named = set(re.findall(r"`((?:server|redis|runtime|cache|index|scope|engine)\.[a-z_]+)(?:=[a-z]+)?`", text))
    for name in sorted(named - {"server.not_used"}):  # an event of the log
        assert name in settings, name
    for name in sorted(set(re.findall(r"`(CQ_[A-Z_]+)(?:=[^`]*)?`", text)) - {"CQ_SERVER", "CQ_SESSION"}):
        assert name in page("configuration.md"), name
    table = text[text.index("## What to watch"):text.index("## What a Problem means")]
    listed = run(["metrics"]).stdout
    with Serving("cq serve --listen 127.0.0.1:0") as server:
        listed += server.ask(server.hello["listening"][0], "GET", "/metrics").body.decode()
    metrics = set(re.findall(r"`([a-z_]+)(?:\{[a-z,]+\})?`", "".join(re.findall(r"^\| (`.*?) \|", table, re.M))))
    assert len(metrics) > 15, metrics
    for name in sorted(metrics):
        assert name in listed, name


def starting():
    """Preloading, a name that is no cell, what must be there."""
    with Serving("cq serve --listen 127.0.0.1:0", CQ_PRELOAD="index,embedder") as server:
        ready = server.ask(server.hello["listening"][0], "GET", "/readyz")
        assert ready.status in (200, 503), ready
    wrong = Serving("cq serve", CQ_PRELOAD="indx")
    _, said = wrong.process.communicate(timeout=60)
    assert wrong.process.returncode == 2 and "index" in said, said
    required = Serving("cq serve", CQ_PRELOAD="redis", CQ_PRELOAD_REQUIRED="1")
    _, said = required.process.communicate(timeout=60)
    assert required.process.returncode != 0 and said, required.process.returncode


def changing():
    """SIGHUP; settings that cannot be read; a part made anew, which is audited."""
    settings = os.path.join(ROOT, ".cq.yaml")
    with Serving("cq serve --listen 127.0.0.1:0") as server:
        unix = [at for at in server.hello["listening"] if at.startswith("unix:")][0]

        def count(outcome):
            text = server.ask(unix, "GET", "/metrics").body.decode()
            return int(re.search(rf'cq_http_reloads_total{{outcome="{outcome}"}} (\d+)', text)[1])
        with open(settings, "w", encoding="utf-8") as file:
            file.write("find:\n  deadline_ms: 4321\n")
        server.process.send_signal(signal.SIGHUP)
        wait_until("it is read", lambda: count("ok") == 1)
        with open(settings, "w", encoding="utf-8") as file:
            file.write("find: [\n")
        server.process.send_signal(signal.SIGHUP)
        wait_until("it is refused", lambda: count("failed") == 1)
        assert server.ask(unix, "GET", "/v1/op/search?pattern=alpha_3").status == 200
        os.remove(settings)
        assert server.ask(unix, "POST", "/runtime/cells/index/evict", {}).status == 200
        swapped = server.ask(unix, "POST", "/runtime/cells/index/swap", {})
        assert swapped.status == 400 or swapped.status == 403, swapped  # runtime.allow_swap is off
        # The folder of sockets is as it is written.
        assert os.path.dirname(unix[5:]) == os.path.join(ENV["XDG_RUNTIME_DIR"], "cq")
    audits = [json.loads(line) for line in server.log.splitlines() if '"audit"' in line]
    assert audits and {"action", "target", "client", "request_id", "status"} <= set(audits[0]), server.log


def main():
    for name in ("a", "b"):
        os.makedirs(os.path.join(HOME, "in-" + name))
        make_workspace(os.path.join(HOME, "in-" + name, name))
    for test in (every_command, commands_in_sentences, names, starting, changing):
        print(test.__name__, flush=True)
        test()


main()
