#!/bin/sh
# `cq run` that is killed goes on where it was; one that is asked to stop answers with what it has and
# leaves nothing running. A cell that hangs in a worker process (test hook) holds the run where it is.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-interrupted.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
mkdir "$tmp/work"
cd "$tmp/work"
exec /usr/bin/python3 - "$CQ_BUILD/cq" "$CQ_SOURCE/tests/validate.py" <<'PYTHON'
import json, os, random, signal, subprocess, sys, time

cq, validate = sys.argv[1:]
top = os.path.dirname(os.getcwd())
for name in "abcdef":
    with open(f"{name}.c", "w") as file:
        file.write(f"int {name}(void) {{ return {ord(name)}; }}\n" * 50)
time.sleep(2.2) # files that changed this lately are told apart in another way later on
QUICK = [{"id": f"q{i}", "op": "outline", "params": {"files": [f"{name}.c"]}} for i, name in enumerate("abcde")]
HANG = {"id": "hang", "op": "outline", "params": {"files": ["f.c"], "isolate": True},
        "inputs": [cell["id"] for cell in QUICK]}
LAST = [{"id": "needs", "op": "outline", "inputs": ["hang"]}, {"id": "late", "op": "search", "params": {"pattern": "f"}}]
PLAN = {"max_concurrency": 1, "cells": QUICK + [HANG] + LAST} # one at a time, the longest way first

def start(cache, plan, *args, hang=True):
    env = {**os.environ, "CQ_CACHE_DIR": f"{top}/{cache}", "CQ_TEST_WORKER_MS": "100000"}
    if hang:
        env["CQ_TEST_CRASH_ON"] = "hang:f.c"
    events = f"{top}/events.{cache}"
    if os.path.exists(events):
        os.remove(events)
    going = subprocess.Popen([cq, "run", "-", "--events", events, *args], env=env, stdin=subprocess.PIPE, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    going.stdin.write(json.dumps(plan))
    going.stdin.close()
    going.stdin = None
    return going, events

def wait_for(going, events, id, state):
    end = time.monotonic() + 60
    while time.monotonic() < end and going.poll() is None:
        if os.path.exists(events) and any(f'"cell_id":"{id}"' in line and f'"state":"{state}"' in line for line in open(events)):
            return
        time.sleep(0.01)
    raise AssertionError(f"{id} never was {state}: {going.communicate()}")

def sources(cache, plan):
    going, _ = start(cache, plan, "--format", "json", hang=False)
    out, err = going.communicate(timeout=60)
    assert going.returncode == 0, (out, err)
    return {cell["id"]: cell["cached"] for cell in json.loads(out)["summary"]["cells"]}

def left_over():
    """Processes that still work in this folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd") == os.getcwd() and int(pid) != os.getpid():
                found.append((pid, open(f"/proc/{pid}/cmdline").read()))
        except OSError:
            pass
    return [row for row in found if "python" not in row[1] and not row[1].startswith("/bin/sh")]

def wait_alone():
    end = time.monotonic() + 30
    while left_over() and time.monotonic() < end:
        time.sleep(0.02)
    assert not left_over(), left_over()

# Killed.
going, events = start("killed", PLAN)
wait_for(going, events, "hang", "running")
going.kill()
going.communicate()
assert going.returncode == -signal.SIGKILL
wait_alone() # its worker process notices
kept = sources("killed", PLAN)
assert {id: how for id, how in kept.items() if how == "store"} == {cell["id"]: "store" for cell in QUICK}, kept
assert set(sources("killed", PLAN).values()) == {"store"}
print("ok killed")

# Killed at any time: what was kept is whole, and the answer is that of a run without a cache.
random.seed(1)
sources("ready", PLAN) # the programs are in memory
many = {"cells": [{"id": f"{op}{i}", "op": op, "params": {"pattern": f"{'abcdef'[i % 6]}"} if op == "search" else
                   {"files": [f"{'abcdef'[i % 6]}.c"], "depth": i}} for i in range(30) for op in ("search", "outline")]}
began = time.monotonic()
sources("whole", many)
whole_s = time.monotonic() - began
for round in range(8):
    going, events = start("any", many, hang=False)
    time.sleep(random.random() * whole_s)
    going.kill()
    going.communicate()
    finished = {json.loads(line)["cell_id"] for line in open(events) if '"state":"success"' in line and '"cell_id"' in line
                and line.endswith("\n")} if os.path.exists(events) else set()
    wait_alone()
cell_sources = sources("any", many)
env = {**os.environ, "CQ_CACHE_DIR": f"{top}/any"}
verdict = subprocess.run([cq, "cache", "verify"], env=env, capture_output=True, text=True)
assert verdict.returncode == 0 and "sound" in verdict.stdout, verdict
# The events of the last round may be ahead of the cache by the cells that were at work: 8 at most.
missed = [id for id in finished if cell_sources[id] == "run"] # equal ones come from memory
assert len(missed) <= 8 and "store" in cell_sources.values(), missed
print("ok killed at any time:", list(cell_sources.values()).count("store"), "of", len(cell_sources), "kept")

# Asked to stop.
for number, whole_group in ((signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGINT, True)):
    for format in ("md", "json"):
        name = f"{number.name}{whole_group}{format}"
        going, events = start(name, PLAN, "--format", format)
        wait_for(going, events, "hang", "running")
        began = time.monotonic()
        os.killpg(going.pid, number) if whole_group else going.send_signal(number)
        out, err = going.communicate(timeout=30)
        assert going.returncode == -number, (name, going.returncode, out, err)
        assert time.monotonic() - began < 20
        wait_alone()
        if format == "md":
            assert "a.c:1:0" in out and "canceled" in out and "interrupted" in err, (out, err)
        else:
            answer = json.loads(out)
            schema = subprocess.run([cq, "schema", "run"], capture_output=True, check=True).stdout
            open(f"{top}/schema", "wb").write(schema)
            open(f"{top}/answer", "w").write(out)
            subprocess.run([validate, f"{top}/schema", f"{top}/answer"], check=True)
            states = {cell["id"]: cell["state"] for cell in answer["summary"]["cells"]}
            assert answer["run"]["interrupted"] and answer["summary"]["state"] == "canceled", answer
            # An operation that has something already gives it, and says that it is not all.
            hang, = (cell for cell in answer["summary"]["cells"] if cell["id"] == "hang")
            assert hang["state"] == "canceled" or hang["summary"]["truncated"], hang
            assert states == {**{cell["id"]: "success" for cell in QUICK}, "hang": hang["state"], "needs": "canceled",
                              "late": "canceled"}, states
            assert json.loads(err.splitlines()[0])["type"] == "urn:cq:problem:cancelled", err
            assert 250 <= len(answer["findings"]) <= 500 # of the quick ones all
        last = [json.loads(line) for line in open(events)][-1]
        assert last["kind"] == "run" and last["state"] == "canceled", last
        kept = sources(name, PLAN)
        assert all(kept[cell["id"]] == "store" for cell in QUICK), kept
        print("ok", number.name, "to all" if whole_group else "to cq", format)
PYTHON
