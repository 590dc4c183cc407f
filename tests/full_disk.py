#!/usr/bin/python3
"""tests/full_disk.py CQ FOLDER - cq with its cache and index on a disk that is full, or becomes so: every answer is the
right one, what could not be written is said, and with room again all is as if nothing had been.

FOLDER is where small file systems may be mounted: tests/scripts/full_disk.sh."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "http"))

CQ, DISK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
FILES = 150
QUESTION = "where is the retry of widget 77 scheduled"
SAYS_FULL = ("No space left", "errno 28", "disk is full")
UNWRITTEN = 7  # exit code of what the system refused


def make_workspace(root):
    for i in range(FILES):
        folder = os.path.join(root, f"part{i % 7}")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"widget_{i}.py"), "w", encoding="utf-8") as file:
            file.write(f'"""Widget {i}."""\n\n\ndef retry_{i}(count):\n    """Schedules the retry of widget {i}."""\n'
                       f"    return schedule_{i}(count) + {i}\n\n\n"
                       + "".join(f"def helper_{i}_{j}(left, right):\n    return left_{i * j} - right_{i + j}\n\n\n"
                                 for j in range(12)))
    git = ["git", "-C", root, "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Begin"], check=True)


def free_space(folder):
    info = os.statvfs(folder)
    return info.f_bavail * info.f_frsize


def fill(folder):
    """Takes what is left; the name of the file that has it."""
    path = os.path.join(folder, "filler")
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    return path


class Place:
    def __init__(self, root, cache, background):
        self.root, self.background = root, background
        self.env = dict(os.environ, XDG_CACHE_HOME=cache, CQ_SERVER="off", CQ_USE_CONFIG="1",
                        CQ_INDEX_BACKGROUND=background)

    def run(self, *words, **env):
        """(exit code, standard output, standard error); never a crash, never a failure without a word."""
        done = subprocess.run([CQ, *words], cwd=self.root, env=dict(self.env, **env), capture_output=True, text=True,
                              timeout=120, check=False)
        assert 0 <= done.returncode < 70, (words, done.returncode, done.stderr)
        assert done.returncode < 2 or done.stderr, (words, done.returncode)
        return done.returncode, done.stdout, done.stderr

    def ask(self, *words):
        code, out, said = self.run(*words, "--format", "json")
        assert code == 0, (words, code, said)
        answer = json.loads(out)
        return [(at["path"], at["line"]) for at in answer["findings"]]

    def answers(self):
        return {"search": sorted(self.ask("search", "schedule_77")), "find": self.ask("find", QUESTION)[0],
                "outline": self.ask("outline", "part0/widget_77.py"), "calls": sorted(self.ask("calls", "retry_77")),
                "read": self.ask("read", "part0/widget_77.py:4-6")}

    def write(self, *words):
        """What writes: done, or refused because of the disk. Whether it was done."""
        code, _, said = self.run(*words)
        assert code in (0, UNWRITTEN), (words, code, said)
        assert code == 0 or any(text in said for text in SAYS_FULL), said
        return code == 0


def check(place, right, what):
    got = place.answers()
    for name, answer in right.items():
        assert got[name] == answer, (what, name, got[name], answer)
    for words in (("status",), ("cache", "stats"), ("doctor",), ("index", "status")):
        code, out, said = place.run(*words)
        assert code in (0, 1, UNWRITTEN) and (out or said), (what, words, code, out, said)


def served(place, right, what):
    """The same questions to a server on that disk."""
    from support import Reader, request  # pylint: disable=import-outside-toplevel
    import socket  # pylint: disable=import-outside-toplevel
    with tempfile.TemporaryDirectory(prefix="cq-run-") as run:
        os.chmod(run, 0o700)
        process = subprocess.Popen([CQ, "serve", place.root, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                                   env=dict(place.env, XDG_RUNTIME_DIR=run), stderr=subprocess.PIPE)
        try:
            port = int(json.loads(process.stdout.readline())["listening"][0].rsplit(":", 1)[1])

            def post(op, body):
                with socket.create_connection(("127.0.0.1", port), 60) as connection:
                    connection.sendall(request("POST", "/v1/op/" + op, body))
                    return Reader(connection).reply("POST")
            for _ in range(2):
                reply = post("search", {"pattern": "schedule_77"})
                found = sorted((at["path"], at["line"]) for at in reply.json()["findings"])
                assert reply.status == 200 and found == right["search"], (what, reply)
                reply = post("find", {"question": QUESTION})
                first = reply.json()["findings"][0]
                assert (first["path"], first["line"]) == right["find"], (what, reply)
            reply = post("index", {"action": "build", "full": True})
            assert reply.status in (200, 500), reply
            assert reply.status == 200 or any(text in reply.json()["detail"] for text in SAYS_FULL), reply
            assert post("search", {"pattern": "schedule_77"}).status == 200
        finally:
            process.terminate()
            _, said = process.communicate(timeout=60)
        assert process.returncode == 0, (what, process.returncode, said)


def mounted(size):
    folder = os.path.join(DISK, f"disk-{size}")
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    return folder


def unmounted(folder):
    subprocess.run(["umount", "-l", folder], check=True)
    os.rmdir(folder)


def too_small(root, right):
    """Nothing, or only a part, of what is to be kept has room."""
    refused = 0
    for size in ("16k", "160k", "640k", "8m"):
        for background in ("off", "process"):
            cache = mounted(size)
            try:
                place = Place(root, cache, background)
                check(place, right, ("before", size, background))
                refused += not place.write("index", "build")
                check(place, right, ("after", size, background))
                if background == "off":
                    served(place, right, ("served", size))
            finally:
                unmounted(cache)
    assert refused > 2, "no disk was too small: the test shows nothing"


def becomes_full(root, right):
    """A disk on which an index is, without room for the next one."""
    cache = mounted("32m")
    try:
        place = Place(root, cache, "off")
        assert place.write("index", "build")
        filler = fill(cache)
        assert free_space(cache) < 4096
        check(place, right, "full")
        path = os.path.join(root, "part0", "widget_77.py")
        with open(path, encoding="utf-8") as file:
            before = file.read()
        with open(path, "a", encoding="utf-8") as file:
            file.write("def late_arrival(count):\n    return schedule_77(count)\n")
        try:
            line = before.count("\n") + 1
            assert ("part0/widget_77.py", line + 1) in place.ask("search", "schedule_77")
            assert place.ask("find", "late_arrival")[0] == ("part0/widget_77.py", line), place.ask("find", "late_arrival")
            done = place.write("index", "build", "--full")
            assert not done, "32 MiB that are full had room"
            assert ("part0/widget_77.py", line + 1) in place.ask("search", "schedule_77")
            served(place, {"search": sorted(right["search"] + [("part0/widget_77.py", line + 1)]), "find": right["find"]},
                   "full, served")
            os.remove(filler)
            assert place.write("index", "build")
            assert place.ask("find", "late_arrival")[0] == ("part0/widget_77.py", line)
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(before)
        check(place, right, "room again")
        code, out, said = place.run("index", "verify")
        assert code == 0, (out, said)
    finally:
        unmounted(cache)


def main():
    with tempfile.TemporaryDirectory(prefix="cq-full-") as home:
        root = os.path.join(home, "w")
        os.mkdir(root)
        make_workspace(root)
        place = Place(root, os.path.join(home, "cache"), "off")
        assert place.write("index", "build")
        right = place.answers()
        assert right["find"][0] == "part0/widget_77.py" and len(right["search"]) == 1, right
        for test in (too_small, becomes_full):
            print(test.__name__, flush=True)
            test(root, right)


main()
