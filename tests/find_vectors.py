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


well()
print("ok well")
process.kill()
