# The Nth call to the system fails, for every N until none fails any more: cq must end in time, must
# not crash, and must not give a smaller answer without saying so.
git init -q . && mkdir -p src/deep docs && echo '*.log' > .gitignore
printf 'def needle():\n    return needle()\n' > src/a.py
printf 'int needle(void) { return 0; }\n' > src/deep/b.c
printf 'needle\n' > docs/c.md
printf 'needle\n' > ignored.log
git add src && git commit -qm x
/usr/bin/python3 - <<'PYTHON'
import json, os, subprocess, sys, time

def run(argv, at):
    env = dict(os.environ, CQ_FAULT_AT=str(at), CQ_LOG="warn")
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()

def check(argv, full, name):
    at = 0
    while True:
        at += 1
        code, out, err = run(argv, at)
        fired = [l for l in err.splitlines() if l.startswith("[fault")]
        said = [l for l in err.splitlines() if l and not l.startswith("[fault")]
        if code >= 99 or code < 0:
            sys.exit(f"{name}: crash or sanitizer at {at} {fired}: status {code}\n{err}")
        if not fired:
            print(f"{name}: ok")
            return
        if code >= 2:
            if not said:
                sys.exit(f"{name}: {fired}: status {code} without a word")
            continue
        try:
            answer = json.loads(out)
        except ValueError:
            sys.exit(f"{name}: {fired}: status {code}, but no whole answer\n{out[-200:]}\n{err}")
        short = full(answer) is False
        if short and not said and not answer["summary"].get("skipped") and not answer["summary"].get("failed"):
            sys.exit(f"{name}: {fired}: a smaller answer, and nothing says so\n{out}")

argv = ["cq", "search", "needle", "--format", "json", "--threads"]
_, out, _ = run(argv + ["1"], 0)
hits = json.loads(out)["summary"]["hits"]
assert hits == 4, out
for threads in ("1", "2"):
    check(argv + [threads], lambda a: a["summary"]["hits"] == hits, f"search, {threads} threads")
# With an index: files that cannot match are only looked at, and hits are told from stored facts.
for i in range(5):
    open(f"src/other{i}.c", "w").write("int other(void);\n")
time.sleep(2.3) # else everything changed too shortly before
subprocess.run(["cq", "index"], check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, CQ_FAULT_AT="0"))
_, out, _ = run(argv + ["1"], 0)
assert json.loads(out)["summary"]["ruled_out"] == 6, out
findings = json.loads(out)["findings"]
check(argv + ["1"], lambda a: a["findings"] == findings, "search, an index")
check(["cq", "search", "neeedle", "--format", "json"], lambda a: True, "search, a miss")
_, out, _ = run(["cq", "outline", "src/a.py", "--format", "json"], 0)
count = len(json.loads(out)["findings"])
check(["cq", "outline", "src/a.py", "--format", "json"], lambda a: len(a["findings"]) == count, "outline")
PYTHON
