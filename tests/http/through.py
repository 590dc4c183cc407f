#!/usr/bin/python3
"""tests/http/through.py CQ - command lines answered by `cq serve`: which, and what else becomes of them.

That the answers are the same is shown by tests/through/.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import support  # noqa: E402
from mcp_client import Client  # noqa: E402
from support import PATIENCE_S, Server, wait_until  # noqa: E402


def cq(server, *words, use="only", folder=None, program=None, stdin=None, **env):
    """(exit code, standard output, standard error) of a command in the server's workspace."""
    done = subprocess.run([program or os.path.abspath(server.program), *words], cwd=folder or server.roots[0],
                          env=dict(server.env, CQ_SERVER=use, **env), capture_output=True, text=True,
                          input=stdin, timeout=PATIENCE_S, check=False)
    return done.returncode, done.stdout, done.stderr


def why_not(server, *words, **more):
    """Why a command was not answered by a server, as it says in its log; None when it was."""
    code, _, said = cq(server, "--log-level", "debug", *words, use="auto", **more)
    assert code == 0, said
    found = [json.loads(line) for line in said.splitlines() if '"server.not_used"' in line]
    return found[0]["why"] if found else None


def answered(server):
    return int(server.get("/metrics").body.decode().split('requests_total{op="search",outcome="ok"} ')[1].split()[0])


def finds_it():
    """From the workspace and below it, with the folder's own paths; with --root from anywhere."""
    with Server() as server:
        root = server.roots[0]
        sub = os.path.join(root, "src")
        subprocess.run(["git", "init", "-q", root], check=True)
        assert cq(server, "search", "alpha_3")[1] == cq(server, "search", "alpha_3", use="off")[1]
        before = answered(server)
        assert cq(server, "search", "alpha_3")[0] == 0
        assert answered(server) == before + 1
        code, here, _ = cq(server, "outline", "m3.py", folder=sub)
        assert code == 0 and "alpha_3" in here, here
        assert cq(server, "--root", root, "search", "alpha_3", "--in", "src/m3.py", folder="/")[0] == 0
        assert cq(server, "outline", "../../secret.py")[1:] == cq(server, "outline", "../../secret.py", use="off")[1:]
        assert cq(server, "--root", sub, "search", "alpha_3")[0] == 6  # another workspace: no server


def which_go():
    """What would differ is answered by the process that was asked."""
    with Server() as server:
        root = server.roots[0]
        assert why_not(server, "search", "alpha_3") is None
        differs = "the server has other settings or another environment"
        assert why_not(server, "search", "alpha_3", CQ_RUNTIME_FIND_DEADLINE_MS="1234") == differs
        assert why_not(server, "search", "alpha_3", HOME="/tmp") == differs
        assert why_not(server, "--threads", "2", "search", "alpha_3") == differs
        assert why_not(server, "search", "alpha_3", NO_COLOR="1", CQ_LOG="error") is None
        copy = os.path.join(server.home, "other-cq")
        shutil.copy(server.program, copy)
        assert why_not(server, "search", "alpha_3", program=copy).startswith("the server is another build (its version is")
        before = answered(server)
        for words in (["--no-server", "search", "alpha_3"], ["--session", "s", "search", "alpha_3"],
                      ["--metrics", os.devnull, "search", "alpha_3"], ["--trace", os.devnull, "search", "alpha_3"]):
            assert cq(server, *words)[0] == 0
        assert cq(server, "outline", "--lang", "c", "-", stdin="int one;\n")[1].count("one")
        assert answered(server) == before
        assert cq(server, "search", "x", use="maybe")[0] == 2
        with open(os.path.join(root, ".cq.yaml"), "w", encoding="utf-8") as file:
            file.write("find:\n  deadline_ms: 4321\n")
        assert "settings have changed" in why_not(server, "search", "alpha_3")


def not_from_elsewhere():
    """No token opens the way in: only this user's socket."""
    token = "t" * 32
    with Server(env={"CQ_TOKEN": token}) as server:
        reply = server.ask("POST", "/v1/cli", b"x\0", {"Authorization": "Bearer " + token})
        assert reply.status == 403, reply
        assert server.ask("POST", "/v1/cli", b"x\0", address=server.addresses[1]).status == 400
        assert "/v1/cli" not in server.get("/openapi.json").json()["paths"]


def several():
    """A server for two workspaces is found from both; what one server has, another leaves alone."""
    with Server(workspaces=("a", "b")) as server:
        assert len(server.addresses) == 3, server.addresses
        for root in server.roots:
            assert cq(server, "search", "alpha_3", folder=root)[0] == 0
        more = subprocess.Popen([server.program, "serve", server.roots[0], server.home, "--listen", "127.0.0.1:0"],
                                env=server.env, stdout=subprocess.PIPE, text=True)
        hello = json.loads(more.stdout.readline())
        assert len(hello["listening"]) == 2, hello
        more.send_signal(signal.SIGTERM)
        assert more.wait(PATIENCE_S) == 0
        more.stdout.close()
        assert cq(server, "search", "alpha_3")[0] == 0


def silent(server, talk):
    """A listener in the server's place that does `talk` with who connects."""
    path = server.addresses[-1][5:]
    os.rename(path, path + ".real")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(8)

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(1 << 20)
                talk(connection)

    thread = threading.Thread(target=accept)
    thread.start()

    def end():
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        os.remove(path)
        os.rename(path + ".real", path)
    return end


def falls_back():
    """A socket nobody listens on, a server that says nothing, refuses, or talks nonsense."""
    with Server() as server:
        path = server.addresses[-1][5:]
        right = cq(server, "search", "alpha_3")[1]
        os.rename(path, path + ".real")
        assert cq(server, "search", "alpha_3", use="auto") == (0, right, "")
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(path)
        dead.close()
        assert why_not(server, "search", "alpha_3").startswith("cannot connect to")
        os.rename(path + ".real", path)
        hold = threading.Event()
        for talk in (lambda c: hold.wait(PATIENCE_S), lambda c: None, lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n"),
                     lambda c: c.sendall(b"SSH-2.0-x\r\n\r\n"), lambda c: c.sendall(b"x" * 99999),
                     lambda c: c.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"),
                     lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n\r\no")):
            end = silent(server, talk)
            try:
                code, out, said = cq(server, "search", "alpha_3", use="auto")
                assert (code, out, said) == (0, right, ""), (code, out, said)
            finally:
                hold.set()
                end()
        for talk in (b"o\0\0\0\0", b"o\xff\xff\xff\xff" + b"x" * 100, b"<html>moved</html>", b"x\0\0\0\0", b"x\2\0\0\0ab",
                     b"z\1\0\0\0a", b"\0" * 64):
            end = silent(server, lambda c, talk=talk: c.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + talk))
            try:
                assert cq(server, "search", "alpha_3", use="auto") == (0, right, ""), talk
            finally:
                end()
        for talk, why in ((b"", "went away in the middle"), (b"e\1\0", "went away in the middle"),
                          (b"x\0\0\0\0", "is no answer"), (b"junk of somebody else", "is no answer")):
            end = silent(server, lambda c, talk=talk: c.sendall(b"HTTP/1.1 200 OK\r\n\r\no\5\0\0\0begun" + talk))
            try:  # too late: something was printed
                code, out, said = cq(server, "search", "alpha_3", use="auto")
                assert (code, out) == (6, "begun") and why in said, (code, out, said)
            finally:
                end()


def hangs():
    """A server that begins to answer and is silent is left when it does not live; a signal ends the command at once."""
    with Server() as server:
        right = cq(server, "search", "alpha_3")[1]
        hold = threading.Event()

        def begin(*pieces):
            def talk(connection):
                for piece in (b"HTTP/1.1 200 OK\r\n\r\n", *pieces):
                    connection.sendall(piece)
                hold.wait(PATIENCE_S)
            return silent(server, talk)
        end = begin()
        try:
            code, out, said = cq(server, "search", "alpha_3", use="auto")
            assert (code, out) == (0, right) and "has said nothing for" in said, (code, out, said)
            process = subprocess.Popen([os.path.abspath(server.program), "search", "alpha_3"], cwd=server.roots[0],
                                       env=server.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == -signal.SIGINT and b"interrupted" in said, (process.returncode, said)
        finally:
            hold.set()
            end()
        hold.clear()
        end = begin(b"o\5\0\0\0begun")
        try:
            code, out, said = cq(server, "search", "alpha_3", use="auto")
            assert (code, out) == (6, "begun") and "does not live" in said and "--no-server" in said, (code, out, said)
        finally:
            hold.set()
            end()


def stopped():
    """A server that is stopped (SIGSTOP), before a command or within its answer; and one that is killed within it."""
    with Server() as server:
        right = cq(server, "search", "alpha_3")[1]
        server.process.send_signal(signal.SIGSTOP)
        assert cq(server, "search", "alpha_3", use="auto") == (0, right, "")
        server.process.send_signal(signal.SIGCONT)
        assert cq(server, "search", "alpha_3")[1] == right
        grow(server)
        assert cq(server, "index", use="off")[0] == 0  # so that what a hit is does not depend on how long parsing takes
        words = ["search", "alpha_0", "--format", "lines", "--limit", "0"]
        for number, why in ((signal.SIGSTOP, "does not live"), (signal.SIGKILL, "went away in the middle")):
            process = subprocess.Popen([os.path.abspath(server.program), *words], cwd=server.roots[0], env=server.env,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            first = process.stdout.read(1)  # the pipe is full soon, and the server waits
            server.process.send_signal(number)
            rest, said = process.communicate(timeout=PATIENCE_S)
            assert first + rest and process.returncode == 6 and why in said, (process.returncode, said)
            server.process.send_signal(signal.SIGCONT)
        server.process.wait(PATIENCE_S)
        start_again(server)


def start_again(server):
    server.process.stdout.close()
    server.process = subprocess.Popen(server.command, env=server.env, stdout=subprocess.PIPE, stderr=server.errors,
                                      text=True)
    server.address = json.loads(server.process.stdout.readline())["listening"][0]


def another_user():
    """Whoever else listens in the server's place is not asked, not even by an agent's process. Needs to be root."""
    if os.getuid():
        print("  skipped: only root can be somebody else")
        return
    with Server() as server:
        right = cq(server, "search", "alpha_3")[1]
        path = server.addresses[-1][5:]
        os.rename(path, path + ".real")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        os.seteuid(65534)
        listener.listen(8)  # who listens is who the other end is
        os.seteuid(0)
        asked = []

        def accept():
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        asked.append(connection.recv(1 << 16))
            except OSError:
                pass
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            assert "is not this user's" in why_not(server, "search", "alpha_3")
            assert cq(server, "search", "alpha_3", use="auto") == (0, right, "")
            client = Client(os.path.abspath(server.program), "mcp", cwd=server.roots[0], env=server.env)
            client.initialize()
            assert "alpha_3" in client.call("search", pattern="alpha_3")["content"][0]["text"]
            assert client.close() == 0
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()
            os.remove(path)
            os.rename(path + ".real", path)
        assert not any(asked), asked


def full_disk():
    """Output that cannot be written fails as it does without a server."""
    with Server() as server:
        def run(use):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([os.path.abspath(server.program), "search", "alpha_3"], cwd=server.roots[0], stdout=full,
                                      env=dict(server.env, CQ_SERVER=use), stderr=subprocess.PIPE, check=False)
            return done.returncode, done.stderr
        assert run("only") == run("off") and run("only")[0] == 7, (run("only"), run("off"))


def status_says():
    """Whether the server that is there would be used, and why not."""
    def unused(server, *words, **env):
        program = env.pop("program", None)
        code, out, _ = cq(server, *words, "status", "--no-files", "--format", "json", use=env.pop("use", "auto"),
                          program=program, **env)
        assert code == 0
        row = json.loads(out)["summary"]["server"]
        assert row["answers"], row
        return row["unused"]
    with Server() as server:
        assert unused(server) == ""
        assert unused(server, CQ_RUNTIME_FIND_DEADLINE_MS="1234") == "the server has other settings or another environment"
        assert "--no-server" in unused(server, "--no-server") and "--no-server" in unused(server, use="off")
        copy = os.path.join(server.home, "other-cq")
        shutil.copy(server.program, copy)
        assert unused(server, program=copy).startswith("the server is another build")
        assert "not used: the server is another build" in cq(server, "status", use="auto", program=copy)[1]
        server.process.send_signal(signal.SIGSTOP)
        assert unused(server) == "it does not answer"
        server.process.send_signal(signal.SIGCONT)
        with open(os.path.join(server.roots[0], ".cq.yaml"), "w", encoding="utf-8") as file:
            file.write("find:\n  deadline_ms: 4321\n")
        assert "settings have changed" in unused(server)


def killed():
    """A server that is killed leaves its socket and lock behind; the next one takes them over."""
    with Server() as server:
        assert cq(server, "find", "alpha_3")[0] == 0
        for _ in range(3):
            server.process.kill()
            server.process.wait()
            assert os.path.exists(server.addresses[-1][5:])
            assert cq(server, "search", "alpha_3", use="auto")[0] == 0
            assert cq(server, "search", "alpha_3")[0] == 6
            server.process.stdout.close()
            server.process = subprocess.Popen(server.command, env=server.env, stdout=subprocess.PIPE,
                                              stderr=server.errors, text=True)
            hello = json.loads(server.process.stdout.readline())
            assert hello["listening"][-1] == server.addresses[-1], hello
            server.address = hello["listening"][0]
            assert cq(server, "search", "alpha_3")[1] == cq(server, "search", "alpha_3", use="off")[1]


def grow(server):
    """So much that an answer is large and takes a while."""
    for i in range(300):
        with open(os.path.join(server.roots[0], f"big{i}.py"), "w", encoding="utf-8") as file:
            file.write("".join(f"def grown_{i}_{j}(count):\n    return alpha_0(count) + {j}\n" for j in range(60)))


def large_and_slow():
    """A large answer comes whole, however slowly it is read, and nobody else waits for it."""
    with Server("--write-timeout", "0.5") as server:
        grow(server)
        assert cq(server, "index", use="off")[0] == 0  # so that what a hit is does not depend on how long parsing takes
        words = ["search", "alpha_0", "--format", "lines", "--limit", "0"]
        right = cq(server, *words, use="off")[1]
        assert len(right) > 3 << 18, len(right)
        process = subprocess.Popen([os.path.abspath(server.program), *words], cwd=server.roots[0], stdout=subprocess.PIPE,
                                   env=dict(server.env, CQ_SERVER="only"), text=True)
        time.sleep(1.5)  # longer than a client of HTTP may take
        assert cq(server, "search", "alpha_3")[0] == 0
        assert process.stdout.read() == right
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0
        first = subprocess.run(f"{os.path.abspath(server.program)} {' '.join(words)} | head -n 1", shell=True, text=True,
                               cwd=server.roots[0], env=dict(server.env, CQ_SERVER="only"), capture_output=True,
                               check=False)
        assert first.stdout == right[:right.index("\n") + 1] and not first.stderr, first


def interrupted():
    """Ctrl-C stops the work at the server, whose partial answer is printed, and ends the command by it."""
    with Server() as server:
        grow(server)
        for _ in range(20):
            process = subprocess.Popen([os.path.abspath(server.program), "outline", "."], cwd=server.roots[0],
                                       env=dict(server.env, CQ_SERVER="only"), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE_S)
            if process.returncode == -signal.SIGINT and "interrupted" in said:
                break
        else:
            raise AssertionError((process.returncode, said))
        process = subprocess.Popen([os.path.abspath(server.program), "outline", "."], cwd=server.roots[0],
                                   env=dict(server.env, CQ_SERVER="only"), stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.05)
        process.kill()  # the server gives up, too
        process.wait()
        process.stdout.close()
        wait_until("the work ends", lambda: "\ncq_http_streams 0\n" in server.get("/metrics").body.decode())


if __name__ == "__main__":
    support.run([finds_it, which_go, not_from_elsewhere, several, falls_back, hangs, stopped, another_user, full_disk, status_says, killed,
                 large_and_slow, interrupted])
