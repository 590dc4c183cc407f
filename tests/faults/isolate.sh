# The Nth call to the system fails, in cq and in each of its workers, for every N until none fails any
# more: cq outline --isolate must end in time, must not crash, and prints the whole answer or says on
# stderr what is missing.
printf 'def alpha():\n    return 1\n' >a.py && printf 'int beta(void) { return 0; }\n' >b.c
/usr/bin/python3 - <<'PYTHON'
import os, subprocess, sys

def run(at):
    env = dict(os.environ, CQ_FAULT_AT=str(at), CQ_TEST_WORKER_MS="5000")
    argv = ["cq", "outline", "a.py", "b.c", "--isolate", "--threads", "1"]
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode().splitlines()

whole = run(0)[:2]
assert whole[0] == 0 and "alpha" in whole[1] and "beta" in whole[1], whole
at, fired = 0, True
while fired:
    at += 1
    code, out, lines = run(at)
    fired = [l for l in lines if l.startswith("[fault")]
    said = [l for l in lines if not l.startswith("[fault")]
    if code >= 99 or code < 0:
        sys.exit(f"crash at {at} {fired}: status {code}\n{lines}")
    if fired == ["[fault %d write]" % at]:
        continue # stderr may be what could not be written
    if code >= 2 and not said:
        sys.exit(f"{fired}: status {code} without a word")
    if code < 2 and (code, out) != whole:
        sys.exit(f"{fired}: another answer, and nothing says so\n{out}")
print("ok")
PYTHON
