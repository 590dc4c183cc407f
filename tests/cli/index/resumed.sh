# Interrupted at some instant, a build publishes nothing, and what it parsed is not parsed again:
# files that the next one found in the cache and those that it parsed are all there are.
# stdout: unchecked
python3 - <<'PYTHON'
import json, os, signal, subprocess, time
FILES = 200
for i in range(FILES):
    with open(f"f{i}.c", "w") as out:
        for k in range(40):
            out.write(f"int step_{i}_{k}(int n)\n{{\n    return n + {i} * {k};\n}}\n\n")
folder = os.path.join(os.environ["HOME"], ".cache")
def index(*arguments):
    subprocess.run(["rm", "-rf", folder], check=True)
    return subprocess.Popen(["cq", "index", "--jobs", "1", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
def summary(*arguments):
    done = subprocess.run(["cq", "index", *arguments, "--format", "json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["summary"]
start = time.monotonic()
index().communicate()
whole = time.monotonic() - start
for part in [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9] * 10: # until one is in the midst of parsing
    build = index()
    time.sleep(whole * part)
    build.send_signal(signal.SIGINT)
    build.communicate()
    if build.returncode == 0:
        continue # too late
    assert summary("status")["version"] == 0
    done = summary()
    assert done["read"] == FILES and done["indexed"] == FILES, done
    chunk = [cell for cell in done["cells"] if cell["op"] == "chunk.text"][0]
    assert chunk["cached"] + done["parsed"] == FILES, done
    if 0 < done["parsed"] < FILES:
        break
else:
    raise SystemExit("it was never interrupted in the midst of parsing")
PYTHON
