#!/bin/sh
# The line of progress of `cq run`: on a terminal only, without colours, and gone before the answer.
# A cell that hangs in a worker process (test hook) makes the run long enough for it to show.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-progress.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
cd "$tmp"
export CQ_CACHE_DIR="$tmp/cache"
printf 'int quick(void) { return 0; }\n' >quick.c
printf 'int slow(void) { return 0; }\n' >slow.c
cat >plan.json <<'PLAN'
{"cells": [{"id": "quick", "op": "outline", "params": {"files": ["quick.c"]}},
           {"id": "slow", "op": "outline", "params": {"files": ["slow.c"], "isolate": true}},
           {"id": "after", "op": "outline", "params": {"files": ["quick.c"]}, "inputs": ["slow"]}]}
PLAN
exec /usr/bin/python3 - "$CQ_BUILD/cq" <<'PYTHON'
import os, pty, re, subprocess, sys

cq = sys.argv[1]
LINE = b"1 of 3 cells done, 1 running, 0 failed"

def run(term="xterm", hang=True, tty=True, stdout_tty=False, args=("run", "plan.json"), **env):
    """What cq writes to standard output and standard error."""
    env = {**os.environ, "TERM": term, "CQ_TEST_WORKER_MS": "600", **env}
    if hang:
        env["CQ_TEST_CRASH_ON"] = "hang:slow.c"
    master, slave = pty.openpty()
    kept = open("stderr", "w+b") if not tty else None
    done = subprocess.Popen([cq, *args], env=env, stderr=slave if tty else kept,
                            stdout=slave if stdout_tty else subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.close(slave)
    told = b""
    while tty:
        try:
            piece = os.read(master, 4096)
        except OSError: # the other side is closed
            break
        if not piece:
            break
        told += piece
    out = done.communicate(timeout=60)[0]
    os.close(master)
    if kept:
        kept.seek(0)
        told = kept.read()
    return out or b"", told

out, told = run()
assert LINE in told, told
assert b"\x1b[K" + LINE in told
rest = told[told.rindex(b"\r\x1b[K"):]
assert re.match(rb"\r\x1b\[K[^\r]*cq: parsing slow.c: the worker process gave no answer", rest), told
assert b"\x1b" not in out and b"cells done" not in out, out
assert b"quick.c:1:0" in out, out
print("ok on a terminal")

out, told = run(NO_COLOR="1")
assert LINE in told and not re.search(rb"\x1b\[[0-9;]*m", told), told
print("ok without colours")

out, told = run(stdout_tty=True, NO_COLOR="1")
assert LINE in told
answer = told[told.rindex(b"\r\x1b[K") + 4:]
assert b"quick.c:1:0" in answer and b"cells done" not in answer, told
print("ok answer on the same terminal")

for case, how in {"a dumb terminal": {"term": "dumb"}, "no terminal": {"tty": False}}.items():
    out, told = run(**how)
    assert b"cells done" not in told and b"\x1b" not in told and b"quick.c:1:0" in out, (case, told)
    print(f"ok {case}")

out, told = run(hang=False)
assert told == b"" or LINE.split(b",")[0] not in told, told
print("ok a short run")

out, told = run(hang=False, args=("search", "quick"))
assert told == b"", told
print("ok an operation that tells nothing")
PYTHON
