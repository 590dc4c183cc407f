# The Nth call to the system fails, for every N until none fails any more: cq outline must end in
# time, must not crash, and prints the whole answer or says on stderr what is missing.
git init -q . && mkdir -p src/deep && printf 'def alpha():\n    return 1\n' >src/a.py
printf 'int beta(void) { return 0; }\n' >src/deep/b.c && printf 'text\n' >notes.txt
git add . && git commit -qm x
/usr/bin/python3 - <<'PYTHON'
import os, subprocess, sys

def run(argv, at):
    env = dict(os.environ, CQ_FAULT_AT=str(at))
    with open("src/a.py", "rb") as text:
        done = subprocess.run(argv, env=env, stdin=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode().splitlines()

def check(name, *words):
    argv = ["cq", "outline", *words]
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
            sys.exit(f"{name}: {fired}: another answer, and nothing says so\n{out}")
    print(f"{name}: ok")

check("a folder", "src", "--threads", "1")
check("a folder, two threads", "src", "--threads", "2")
check("several", "src/a.py", "src/deep/b.c", "--format", "lines")
check("standard input", "--lang", "python", "-")
check("a missing file", "src/b.py")
check("a namesake", "b.c")
PYTHON
