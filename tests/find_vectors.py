"""tests/find_vectors.py CQ TMP - see scripts/find_vectors.sh. The current folder is the workspace."""
import json, os, subprocess, sys, time, urllib.request

cq, tmp = sys.argv[1:]
embed = os.path.join(os.path.dirname(os.path.abspath(__file__)), "embed.py")
process = subprocess.Popen([sys.executable, embed, "--serve"], stdout=subprocess.PIPE, text=True)
port = int(process.stdout.readline())
HOST = f"http://127.0.0.1:{port}"
KEY = "k3y-that-is-nowhere"
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
said = []  # everything that cq wrote: the key must not be in it


def ask(path, body=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(HOST + path, None if body is None else json.dumps(body).encode(), timeout=10) as r:
        return json.loads(r.read())


def manner(**how):
    ask("/manner", how)


def seen():
    """What the server was asked since its manner was set."""
    return ask("/seen")["seen"]


def run(args, cache="c", stdin=None, **settings):
    env = {**os.environ, **GIT, "CQ_CACHE_DIR": f"{tmp}/{cache}", "CQ_LOG": "debug", "CQ_EMBED_API_KEY": KEY,
           "CQ_INDEX_BACKGROUND": "off"}
    values = {"embed_backend": "http", "embed_url": HOST + "/v1", "embed_model": "m1", "embed_retries": 0,
              "find_deadline_ms": 5000, **settings}
    env.update({"CQ_RUNTIME_" + name.upper(): str(value) for name, value in values.items() if value is not None})
    began = time.monotonic()
    done = subprocess.run([cq, *args], env=env, input=stdin, capture_output=True, text=True, timeout=120)
    done.took = time.monotonic() - began
    said.append(done.stdout + done.stderr)
    return done


def index(*args, **settings):
    done = run(["index", "build", "--format", "json", *args], **settings)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def limits(answer):
    return " | ".join(answer["summary"]["limits"])


def find(question="how are retries scheduled", **settings):
    done = run(["find", question, "--format", "json"], **settings)
    assert done.returncode == 0, done
    answer = json.loads(done.stdout)
    answer["took"] = done.took
    answer["dense"] = next(c for c in answer["summary"]["channels"] if c["channel"] == "dense")
    return answer


def texts():
    return sum(len(request["input"]) for request in seen())


def files(count):
    for i in range(count):
        with open(f"f{i}.c", "w") as file:
            file.write(f"/* the retry {i} of a socket */\nint retry_{i}(int socket)\n{{\n    return schedule_{i}(socket);\n}}\n")


files(300)
subprocess.run("git init -q -b main . && git add -A && git commit -qm x", shell=True, check=True, env={**os.environ, **GIT})
time.sleep(2.3)  # files that changed this lately are read again


def well():
    manner()
    answer = index()
    assert texts() == 300, texts()
    assert limits(answer) == "", limits(answer)
    assert all(request["auth"] == f"Bearer {KEY}" for request in seen())
    manner()
    index()
    assert seen() == [], "a second build asks nothing"
    answer = find()
    assert len(seen()) == 1 and seen()[0]["input"] == ["how are retries scheduled"], seen()
    assert answer["dense"]["state"] == "used", answer["dense"]
    manner()
    index("--full")
    assert seen() == [], ("rows are kept by content", texts())
    index(embed_model="m2")
    assert texts() == 300, "another model"
    manner()
    index()
    assert seen() == [], ("back to the first model: kept", texts())
    assert find()["dense"]["state"] == "used"


def edited():
    """Two of 300 files: their chunks are asked for, and those of no other."""
    manner()
    with open("f7.c", "a") as file:
        file.write("int more_retries(void)\n{\n    return 7;\n}\n")
    with open("new.py", "w") as file:
        file.write("def a_new_retry():\n    pass\n")
    answer = find()  # a server is not asked for what a find meets
    assert answer["dense"]["state"] == "partly" and "no vector yet" in answer["dense"]["why"], answer["dense"]
    index()
    assert 2 <= texts() <= 4, seen()
    assert find()["dense"]["state"] == "used"


def down():
    dead = {"embed_url": "http://127.0.0.1:9/v1", "embed_model": "down"}
    answer = index(cache="down", **dead)
    assert "embed.vectors: some chunks have none: no vectors from" in limits(answer), limits(answer)
    again = index(cache="down", **dead)
    assert "some chunks have none" in limits(again), limits(again)
    assert again["summary"]["version"] == answer["summary"]["version"], (answer, again)
    answer = find(cache="down", **dead)
    assert answer["findings"] and answer["dense"]["state"] == "missing", answer["dense"]
    assert "127.0.0.1:9" in answer["dense"]["why"], answer["dense"]
    manner()
    answer = find(cache="down", embed_model="down")
    assert answer["dense"]["state"] == "partly" and "no vector yet" in answer["dense"]["why"], answer["dense"]
    answer = index(cache="down", embed_model="down")
    assert limits(answer) == "" and texts() >= 300, (limits(answer), texts())
    assert find(cache="down", embed_model="down")["dense"]["state"] == "used"
    answer = find("a retry that nobody asked for before", cache="down", **dead)  # down when asked
    assert answer["dense"]["state"] == "missing" and "no answer from" in answer["dense"]["why"], answer["dense"]


def unwell():
    """Every way of an answer that is none: the index and the find say so, and are mended."""
    faults = {"status:500": "status 500", "status:401": "CQ_EMBED_API_KEY", "nan": "not finite",
              "fewer": "vectors for", "cut": "no answer from", "huge": "larger than", "raw:<html>": "not JSON"}
    for number, (fault, why) in enumerate(faults.items()):
        name = f"u{number}"
        manner(always=fault)
        answer = index(cache=name, embed_model=name)
        assert why in limits(answer), (fault, limits(answer))
        # No second call for what is down; others cost a request a batch.
        assert len(seen()) <= 4, (fault, len(seen()))
        answer = find(f"retry {fault}", cache=name, embed_model=name)
        assert answer["findings"] and answer["dense"]["state"] == "missing" and why in answer["dense"]["why"], answer["dense"]
        manner()
        assert limits(index(cache=name, embed_model=name)) == "", fault
        assert find(f"retry {fault}", cache=name, embed_model=name)["dense"]["state"] == "used", fault
    manner(always="dims:12")
    answer = index(cache="dims", embed_dimensions=16)
    assert "has 12 dimensions, not 16" in limits(answer), limits(answer)
    answer = find(cache="dims", embed_dimensions=16)
    assert answer["dense"]["state"] == "missing" and "not 16" in answer["dense"]["why"], answer["dense"]
    manner(faults=["", "dims:12"])  # in the midst of a build
    answer = index(cache="dims2")
    assert "gave 24 dimensions, then 12" in limits(answer) or "has 12 dimensions, not 24" in limits(answer), limits(answer)
    manner()
    assert limits(index(cache="dims2")) == ""


def slow():
    manner(always="slow:20")
    answer = find("retry slow to answer", find_deadline_ms=200)
    assert answer["dense"]["state"] == "missing" and answer["dense"]["why"], answer["dense"]
    assert answer["findings"] and answer["took"] < 15, answer["took"]
    # A process that asks again and again waits once.
    plan = {"max_concurrency": 1, "cells": [
        {"id": f"c{i}", "op": "find", "params": {"question": f"retry number {i}"},
         **({"inputs": [f"c{i - 1}"]} if i else {})} for i in range(4)]}
    manner(always="slow:20")
    done = run(["run", "-", "--format", "json"], stdin=json.dumps(plan), find_deadline_ms=200)
    assert done.returncode == 0 and len(seen()) == 1, (done, len(seen()))
    assert done.took < 15
    # While the index is built: one call's time, not one a batch.
    manner(always="slow:20")
    answer = index(cache="slow", embed_timeout_ms=300)
    assert "within 300 ms" in limits(answer) and len(seen()) <= 4, (limits(answer), len(seen()))


def another_model():
    """The server has another model under the old name."""
    manner()
    index(cache="other", embed_model="o")
    manner(always="dims:12")
    answer = find("another retry", cache="other", embed_model="o")
    assert answer["dense"]["state"] != "used" and "dimensions" in answer["dense"]["why"], answer["dense"]
    with open("new.py", "a") as file:
        file.write("def another():\n    pass\n")
    index(cache="other", embed_model="o")
    answer = find("another retry", cache="other", embed_model="o")
    assert answer["dense"]["state"] == "partly" and "dimensions" in answer["dense"]["why"], answer["dense"]
    done = run(["cache", "evict", "--namespace", "embed"], cache="other")
    assert done.returncode == 0, done
    assert limits(index("--full", cache="other", embed_model="o")) == ""
    assert find("another retry", cache="other", embed_model="o")["dense"]["state"] == "used"


def no_backend():
    """None that could be used: a limit of every answer, also of a build that has nothing to do."""
    with open(f"{tmp}/table", "w") as file:
        file.write("no table at all")
    for number, (settings, why) in enumerate((({"embed_backend": "none"}, "embed.backend is none"),
                                              ({"embed_backend": "static", "embed_table": f"{tmp}/table"}, f"{tmp}/table"),
                                              ({"embed_url": None}, "embed.url is not set"))):
        settings = {"find_dense": "on", "cache": f"n{number}", **settings}
        first, second = index(**settings), index(**settings)
        assert why in limits(first) and why in limits(second), (limits(first), limits(second))
        assert first["summary"]["version"] == second["summary"]["version"], "nothing new to publish"
        answer = find(**settings)
        assert answer["findings"] and answer["dense"]["state"] == "missing" and why in answer["dense"]["why"], answer["dense"]


def key_shown():
    """Where the key is in what was written: by cq, to traces and metrics, to the cache."""
    manner(always="status:401")
    done = run(["find", "a traced retry", "--trace", f"{tmp}/trace", "--metrics", f"{tmp}/metrics"])
    assert done.returncode == 0 and "CQ_EMBED_API_KEY" in done.stdout + done.stderr, done
    found = [text for text in said if KEY in text]
    for folder, _, names in os.walk(tmp):
        found += [name for name in names if KEY.encode() in open(os.path.join(folder, name), "rb").read()]
    return found


try:
    for test in (well, edited, down, unwell, slow, another_model, no_backend):
        test()
        print("ok", test.__name__, flush=True)
    assert key_shown() == [], "the key was shown"
    print("ok the key is shown nowhere")
finally:
    process.kill()
