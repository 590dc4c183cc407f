# Interrupted at some instant, a build leaves nothing published, and what it parsed is not parsed
# again: files that it found in the cache and those that it parsed are all there are.
# stdout: unchecked
python3 - <<'PYTHON'
import json, os, signal, subprocess, time
for i in range(600):
    with open(f"f{i}.c", "w") as out:
        for k in range(40):
            out.write(f"int step_{i}_{k}(int n)\n{{\n    return n + {i} * {k};\n}}\n\n")
folder = os.path.join(os.environ["HOME"], ".cache")
delay = 0.01
while True:
    subprocess.run(["rm", "-rf", folder], check=True)
    build = subprocess.Popen(["cq", "index", "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(delay)
    build.send_signal(signal.SIGINT)
    build.communicate()
    status = json.loads(subprocess.run(["cq", "index", "status", "--format", "json"],
                                       capture_output=True, text=True, check=True).stdout)
    assert build.returncode == 0 or status["summary"]["version"] == 0, build.returncode
    done = json.loads(subprocess.run(["cq", "index", "--format", "json"],
                                     capture_output=True, text=True, check=True).stdout)["summary"]
    if build.returncode == 0: # before the signal could reach it: too late
        assert done["unchanged"]
        raise SystemExit("it was never interrupted in the midst of parsing")
    assert done["read"] == 600 and done["indexed"] == 600, done
    chunk = [cell for cell in done["cells"] if cell["op"] == "chunk.text"][0]
    assert chunk["cached"] + done["parsed"] == 600, done
    if 0 < done["parsed"] < 600:
        break
    delay *= 1.3
PYTHON
