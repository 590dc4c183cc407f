# The Nth call to the system fails while an index with vectors is made, and while it is asked: a build
# that could not be made says so, an answer is that of no faults or says what it lacks, and whatever a
# failed build left behind, the next answer is right.
git init -q . && mkdir -p src docs && echo '*.log' > .gitignore
for i in 1 2 3 4 5 6; do
    printf 'def retry_%s():\n    # of the socket\n    return schedule(%s)\n' $i $i > src/a$i.py
done
printf '# Retries\n\nHow a retry is scheduled.\n' > docs/c.md
git add -A && git commit -qm x
/usr/bin/python3 - <<'PYTHON'
import json, os, shutil, subprocess, sys, time

LONG = "CQ_LONG" in os.environ
BASE = dict(os.environ, CQ_LOG="warn", CQ_RUNTIME_FIND_DENSE="on", CQ_RUNTIME_EMBED_BACKEND="hash",
            CQ_RUNTIME_FIND_DEADLINE_MS="60000", CQ_INDEX_BACKGROUND="off")

def run(argv, at, cache):
    env = dict(BASE, CQ_FAULT_AT=str(at), CQ_CACHE_DIR=os.path.abspath(cache))
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    out, err = done.stdout.decode(), done.stderr.decode()
    fired = [l for l in err.splitlines() if l.startswith("[fault")]
    said = [l for l in err.splitlines() if l and not l.startswith("[fault")]
    if done.returncode >= 99 or done.returncode < 0:
        sys.exit(f"{argv}: crash or sanitizer at {at} {fired}: status {done.returncode}\n{err}")
    if done.returncode >= 2 and not said:
        sys.exit(f"{argv}: {fired}: status {done.returncode} without a word")
    return done.returncode, out, fired, said

def places():
    """Every call that can fail at first, then one of a few; all of them with CQ_LONG."""
    at = 1
    while True:
        yield at
        at += 1 if LONG or at < 20 else 3

FIND = ["cq", "find", "how are retries scheduled", "--format", "json", "--threads", "1"]

def answer(out):
    whole = json.loads(out)
    summary = whole["summary"]
    return whole["findings"], summary["files"], [c for c in summary["channels"] if c["channel"] != "late"]

def limited(out):
    """Whether the answer says that it is not all."""
    summary = json.loads(out)["summary"]
    return (summary["skipped"] or summary["index"]["trouble"] or summary.get("failed") or summary["truncated"]
            or any(c["state"] in ("partly", "missing") for c in summary["channels"]))

time.sleep(2.3)  # files that changed this lately are read again
run(["cq", "index"], 0, "../base")
_, out, _, _ = run(FIND, 0, "../base")
right = answer(out)
assert right[0] and right[2][1]["state"] == "used", out
for name, argv in (("find, an index", FIND), ("like", FIND[:2] + ["--like", "src/a1.py:1"] + FIND[3:])):
    _, out, _, _ = run(argv, 0, "../base")
    right_here = answer(out)
    for at in places():
        code, out, fired, said = run(argv, at, "../base")
        if not fired:
            break
        if code < 2 and answer(out) != right_here and not said and not limited(out):
            sys.exit(f"{name}: {fired}: another answer, and nothing says so\n{out}")
    print(f"{name}: ok")

open("src/a1.py", "a").write("def more_retries():\n    pass\n")
shutil.rmtree("../try", ignore_errors=True)
shutil.copytree("../base", "../try")
run(["cq", "index"], 0, "../try")
_, out, _, _ = run(FIND, 0, "../try")
right = answer(out)
for argv in (["cq", "index", "--threads", "1"], ["cq", "index", "--full", "--threads", "1"]):
    for at in places():
        shutil.rmtree("../try")
        shutil.copytree("../base", "../try")
        code, out, fired, said = run(argv, at, "../try")
        if not fired:
            break
        _, out, _, _ = run(FIND, 0, "../try")
        if answer(out) != right and limited(out):  # a file that could not be read: the next build reads it
            run(["cq", "index"], 0, "../try")
            _, out, _, _ = run(FIND, 0, "../try")
        if answer(out) != right:
            sys.exit(f"{argv}: after {fired}: {answer(out)}\ninstead of {right}")
    code, _, _, _ = run(["cq", "index", "verify"], 0, "../try")
    assert code == 0
    print(f"{' '.join(argv[:3])}: ok")
PYTHON
