# The Nth call to the system fails while a command writes its metrics and its trace: it ends in time,
# does not crash, keeps its answer, leaves no file half written, and says what it could not write.
printf 'int needle(void) { return 0; }\n' > a.c
/usr/bin/python3 - <<'PYTHON'
import os, subprocess, sys

argv = ["cq", "search", "needle", "--format", "lines", "--metrics", "cq.prom", "--trace", "trace.json"]
at = 0
while True:
    at += 1
    for name in ("cq.prom", "trace.json"):
        if os.path.exists(name): os.unlink(name)
    done = subprocess.run(argv, env=dict(os.environ, CQ_FAULT_AT=str(at)), capture_output=True, text=True, timeout=60)
    fired = [line for line in done.stderr.splitlines() if line.startswith("[fault")]
    said = [line for line in done.stderr.splitlines() if line and not line.startswith("[fault")]
    where = f"{fired}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    if done.returncode >= 99 or done.returncode < 0: sys.exit(f"crash or sanitizer: {where}")
    if not fired: break
    if done.returncode >= 2 and not said: sys.exit(f"not a word: {where}")
    if done.returncode < 2 and not said:
        prom = open("cq.prom").read()
        if not prom.endswith("refused_total counter\n"): sys.exit(f"metrics are cut off: {where}")
        if not open("trace.json").read().endswith("]}]}]}\n"): sys.exit(f"trace is cut off: {where}")
    left = [name for name in os.listdir(".") if name.endswith(".tmp")]
    if left: sys.exit(f"{left} is left: {where}")
print("ok")
PYTHON
