#!/bin/sh
# `cq index` with vectors that is killed at any instant, interrupted, run several times at once, killed
# behind an answer, or kept from writing: every answer after that is the one without an index.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-index-killed.XXXXXX")
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE | CQ_LONG | CQ_KILLS) ;; *) unset "$variable" ;; esac
done
chmod 755 "$tmp"
mkdir "$tmp/work"
cd "$tmp/work"
exec /usr/bin/python3 - "$CQ_BUILD/cq" "$tmp" <<'PYTHON'
import glob, json, os, random, shutil, signal, subprocess, sys, time

cq, tmp = sys.argv[1:]
KILLS = int(os.environ.get("CQ_KILLS", "1000" if "CQ_LONG" in os.environ else "20"))
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
QUESTIONS = ["how are retries scheduled", "cache_evict_3", "socket of the worker"]
random.seed(20)


def env(cache="c", **settings):
    return {**os.environ, **GIT, "CQ_CACHE_DIR": f"{tmp}/{cache}", "CQ_LOG": "error", "CQ_RUNTIME_FIND_DENSE": "on",
            "CQ_RUNTIME_EMBED_BACKEND": "hash", "CQ_RUNTIME_FIND_DEADLINE_MS": "60000",
            "CQ_INDEX_BACKGROUND": "off", **settings}


def find(question, user=None, **settings):
    done = subprocess.run([cq, "find", question, "--format", "json"], env=env(**settings), capture_output=True, text=True,
                          timeout=120, user=user)
    assert done.returncode == 0, done
    answer = json.loads(done.stdout)
    summary = answer["summary"]
    return [answer["findings"], summary["files"], summary["channels"], summary["indexed"]], summary["index"]


def check(**settings):
    for question in QUESTIONS:
        got, _ = find(question, **settings)
        want, _ = find(question, cache="none", CQ_INDEX_ENABLED="false")
        assert got == want, f"{question}\n{got}\n{want}"


def edit():
    i = random.randrange(60)
    with open(f"f{i}.c", "w") as file:
        for k in range(random.randrange(1, 9)):
            file.write(f"/* the {random.choice(['retry', 'socket', 'worker'])} {k} */\n"
                       f"int {random.choice(['retry', 'cache_evict', 'schedule'])}_{k}(int socket)\n{{\n    return {i};\n}}\n")
    if random.random() < 0.2:
        git("git add -A && git commit -qm x")


def git(command):
    subprocess.run(command, shell=True, check=False, env={**os.environ, **GIT}, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def index(*args, **settings):
    return subprocess.Popen([cq, "index", *args], env=env(**settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True)


def well(*args):
    process = index(*args)
    out = process.communicate(timeout=120)
    assert process.returncode == 0, out


for _ in range(100):
    edit()
git("git init -q -b main . && git add -A && git commit -qm x")
began = time.monotonic()
well()
whole_s = time.monotonic() - began

# Killed.
for _ in range(KILLS):
    edit()
    process = index(*(["--full"] if random.random() < 0.3 else []))
    time.sleep(random.random() * whole_s * 1.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    git("rm -f .git/index.lock")
    check()
well()
well("verify")
check()
left = [name for name in glob.glob(f"{tmp}/c/index/*/*") if name.endswith(".tmp")]
assert not left, left
print("ok killed", KILLS, "times")

# Asked to stop.
for number in (signal.SIGINT, signal.SIGTERM):
    for _ in range(5):
        edit()
        process = index("--full")
        time.sleep(random.random() * whole_s)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode in (0, -number), (process.returncode, out, err)
        check()
print("ok asked to stop")

# Several at once: one builds, others wait or say who builds.
for _ in range(3):
    edit()
    several = [index("--wait", "60", *(["--full"] if k else [])) for k in range(3)]
    for process in several:
        out = process.communicate(timeout=120)
        assert process.returncode == 0, out
    well("verify")
    check()
print("ok several at once")

# Behind an answer, killed: the next one says so or builds again, and all is well in the end.
shutil.rmtree(f"{tmp}/c")
killed = 0
for _ in range(6):
    edit()
    find(QUESTIONS[0], CQ_INDEX_BACKGROUND="process")
    end = time.monotonic() + random.random() * 0.2
    while time.monotonic() < end:
        for note in glob.glob(f"{tmp}/c/index/*/background"):
            try:
                words = open(note).read().split()
                if len(words) > 1 and words[0] == "running":
                    os.kill(int(words[1]), signal.SIGKILL)
                    killed += 1
            except (OSError, ValueError):
                pass
        time.sleep(0.001)
    check()
end = time.monotonic() + 60
while time.monotonic() < end and not find(QUESTIONS[0], CQ_INDEX_BACKGROUND="process")[1]["generation"]:
    time.sleep(0.05)
assert find(QUESTIONS[0])[1]["generation"] > 0
check()
print("ok killed behind an answer")

# Not to be written to, by somebody who may not.
if os.getuid() == 0:
    well()
    for folder, names, files in os.walk(tmp):
        os.chmod(folder, 0o755)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o644)
    edit()
    git("chmod -R a+rX .git")
    read_only = {"user": "nobody", "HOME": "/nonexistent", "CQ_INDEX_BACKGROUND": "process"}
    assert find(QUESTIONS[0], **read_only)[1]["generation"] > 0, "the index is used"
    check(**read_only)
    refused = subprocess.run([cq, "index"], env=env(HOME="/nonexistent"), capture_output=True, text=True, user="nobody")
    assert refused.returncode >= 2 and refused.stderr, refused
    shutil.rmtree(f"{tmp}/c/index")
    check(**read_only)
print("ok not to be written to")
PYTHON
