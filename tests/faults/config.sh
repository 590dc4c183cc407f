# The Nth call to the system fails while settings are read, for every N until none fails any more:
# cq ends in time, does not crash, and either knows all settings or says why not. A file that could
# not be read must never look like one that is not there.
git init -q . && mkdir -p src && printf 'def needle():\n    return 1\n' >src/a.py
printf 'cache:\n  shards: 3\n' >.cq.yaml && cp .cq.yaml named.yaml && git add . && git commit -qm x
/usr/bin/python3 - <<'PYTHON'
import os, subprocess, sys

def run(argv, at):
    env = dict(os.environ, CQ_FAULT_AT=str(at))
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode().splitlines()

def check(name, *words):
    argv = ["cq", *words]
    whole = run(argv, 0)[:2]
    at, fired = 0, True
    while fired:
        at += 1
        code, out, lines = run(argv, at)
        fired = [l for l in lines if l.startswith("[fault")]
        said = [l for l in lines if not l.startswith("[fault")]
        if code >= 99 or code < 0:
            sys.exit(f"{name}: crash at {at} {fired}: status {code}\n{lines}")
        if fired == ["[fault %d write]" % at]:
            continue # stderr may be what could not be written
        if code >= 2 and not said:
            sys.exit(f"{name}: {fired}: status {code} without a word")
        if code < 2 and (code, out) != whole:
            sys.exit(f"{name}: {fired}: other settings, and nothing says so\n{out}")
    print(f"{name}: ok")

check("the workspace's file", "config", "show", "cache.shards")
check("a file that is named", "config", "show", "cache.shards", "--config", "named.yaml")
check("no file", "config", "show", "cache.shards", "--no-config")
check("another command", "outline", "src/a.py", "--threads", "1")
PYTHON
