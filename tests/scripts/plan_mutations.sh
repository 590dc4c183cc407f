#!/bin/sh
# No change of what a cell of a plan depends on is missed, and what it does not depend on is none: each
# case runs a plan (its answers are kept), changes one thing, and compares what the cache then gives
# with what a run without it finds. Done twice: in folders made just now, and in some that were left
# alone for longer than time stamps are coarse.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-mutations.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\|GIT_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
cd "$tmp"
export HOME="$tmp/home" GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES="$tmp"
mkdir home
exec /usr/bin/python3 - "$CQ_BUILD/cq" <<'PYTHON'
import json, os, subprocess, sys, threading, time

cq, top = sys.argv[1], os.getcwd()
OLD = 2.2  # seconds; index/stamp.c takes what changed later for racy
SEARCH = {"id": "s", "op": "search", "params": {"pattern": "alpha"}}
OUTLINE = {"id": "o", "op": "outline", "params": {"files": ["src"]}}
FOUND = [{"id": "s", "op": "search", "params": {"pattern": "alpha", "in": ["src"]}},
         {"id": "o", "op": "outline", "inputs": ["s"]}]
ALL = [SEARCH, OUTLINE, {"id": "in", "op": "search", "params": {"pattern": "alpha", "in": ["src"]}},
       {"id": "of", "op": "outline", "inputs": ["in"]},
       {"id": "file", "op": "outline", "params": {"files": ["src/a.c"]}}]

def put(name, text, mode="w"):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, mode) as file:
        file.write(text)

def git(*args):
    subprocess.run(["git", "-c", "user.name=cq", "-c", "user.email=cq@localhost", *args], check=True,
                   stdout=subprocess.DEVNULL)

def same_size(name, old, new):
    """In place, with the size and the time it had."""
    before = os.stat(name)
    text = open(name).read()
    assert old in text and len(old) == len(new)
    put(name, text.replace(old, new))
    os.utime(name, ns=(before.st_atime_ns, before.st_mtime_ns))

def make_tree(kind):
    put("src/a.c", "int alpha(void) { return 1; }\nint second(void) { return alpha(); }\n")
    put("src/b.c", "int beta(void) { return 2; }\n")
    put("src/untracked.c", "int loose(void) { return 3; }\n")
    put("src/.hidden.c", "int hidden_alpha(void) { return alpha(); }\n")
    put("ignored/c.c", "int unseen(void) { return alpha(); }\n")
    put("other/d.c", "int delta(void) { return 4; }\n")
    put("docs/notes.txt", "about alpha\n")
    put(".gitignore" if kind == "git" else ".ignore", "ignored/\nsrc/b.c\n")
    os.symlink("src", "link")
    if kind == "git":
        git("init", "-q", ".")
        git("add", "-f", "src/a.c", "src/b.c", "other", "docs", ".gitignore", "link")
        git("commit", "-qm", "x")

def run(case, cells, *args):
    """How each cell came to its answer, and all the answers."""
    env = {**os.environ, "CQ_CACHE_DIR": f"{top}/cache/{case.name}", **case.env}
    done = subprocess.run([cq, "run", "-", "--format", "json", *case.options, *args], env=env, cwd=case.cwd,
                          input=json.dumps({"cells": cells}), capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), (case.name, done)
    answer = json.loads(done.stdout)
    rows = answer["summary"]["cells"]
    told = [(row["id"], row["state"], row.get("summary")) for row in rows]
    root = answer["run"]["root"]
    return [row["cached"] for row in rows], (root, told, answer["findings"], answer["sections"])

class Case:
    """MISS: the answers change. SAME: they do not, and all are kept ones. EITHER: they may be computed anew."""
    def __init__(self, name, change, expect="MISS", cells=ALL, kind="git", after=None, options=(), env={}, cwd="."):
        self.name, self.change, self.expect, self.cells, self.kind = name.replace(" ", "-"), change, expect, cells, kind
        self.after, self.options, self.env, self.cwd = after or cells, list(options), dict(env), cwd

    def enter(self, where):
        os.makedirs(where)
        os.chdir(where)
        make_tree(self.kind)
        self.folder = where

    def keep(self):
        self.before = self.folder + "/" + self.cwd
        self.cwd = os.path.normpath(self.before)
        for _ in range(3): # a file may just have become old in between
            run(self, self.cells)
            cached, self.first = run(self, self.cells)
            if set(cached) == {"store"}:
                return
        raise AssertionError(f"{self.name}: not kept: {cached}")

    def go(self, mode):
        os.chdir(self.folder)
        self.keep()
        self.change(self)
        cached, answer = run(self, self.after)
        fresh = run(self, self.after, "--cache", "off")[1]
        again = run(self, self.after)[1]
        assert answer == fresh, f"{self.name}, {mode}: a stale answer\n{answer}\n{fresh}"
        assert again == fresh, f"{self.name}, {mode}: a wrong answer was kept"
        if self.expect == "MISS":
            assert fresh != self.first, f"{self.name}: the change changes nothing"
        else:
            assert fresh == self.first, f"{self.name}: the change changes something"
        if self.expect == "SAME" and mode == "old files": # fresh ones may have become old meanwhile
            assert set(cached) == {"store"}, f"{self.name}, {mode}: not used: {cached}"

def edit(case):
    put("src/a.c", "int later_alpha(void) { return alpha(); }\n", "a")
def edit_same(case):
    same_size("src/a.c", "second", "fourth")
def edit_twice(case):
    same_size("src/a.c", "second", "fourth")
    run(case, case.cells)
    same_size("src/a.c", "fourth", "fiveth")
def exchange(case):
    put("src/new.tmp", open("src/a.c").read().replace("second", "fourth"))
    before = os.stat("src/a.c")
    os.utime("src/new.tmp", ns=(before.st_atime_ns, before.st_mtime_ns))
    os.rename("src/new.tmp", "src/a.c")
def to_link(case):
    os.remove("src/a.c")
    os.symlink("b.c", "src/a.c")
def to_folder(case):
    os.remove("other/d.c")
    put("other/d.c/e.c", "int alpha;\n")
def untrack(case):
    git("rm", "-q", "--cached", "src/b.c") # which is ignored, so it is gone now
def option(*options):
    def change(case):
        case.options = list(options)
    return change
def variable(**env):
    def change(case):
        case.env = env
    return change
def go_to(folder):
    def change(case):
        case.cwd = f"{case.folder}/{folder}"
    return change
def nothing(case):
    pass
def copy_tree(case):
    subprocess.run(["cp", "-a", case.folder, case.folder + ".copy"], check=True)
    case.cwd = case.folder + ".copy"
def twins(case):
    put("one/x.c", "int alpha;\n")
    put("two/x.c", "int alpha;\n")
def in_twins(case):
    twins(case)
    case.cwd = case.folder + "/one"
    run(case, case.cells)
    case.first = run(case, case.cells)[1]
    case.cwd = case.folder + "/two"
def special(case):
    os.remove("src/pipe")
    os.symlink("a.c", "src/pipe")
def exclude_file(case):
    put(".git/info/exclude", "untracked.c\n")
def global_exclude(case):
    put(case.folder + ".config", f"[core]\n\texcludesFile = {case.folder}.excludes\n")
    put(case.folder + ".excludes", "untracked.c\n")
    case.env = {"GIT_CONFIG_GLOBAL": case.folder + ".config"}
def other_index(case):
    subprocess.run(["cp", ".git/index", case.folder + ".index"], check=True)
    case.env = {"GIT_INDEX_FILE": case.folder + ".index"}
    git("rm", "-q", "--cached", "src/b.c")
    os.rename(".git/index", ".git/saved")
    os.rename(case.folder + ".index", ".git/index")
    os.rename(".git/saved", case.folder + ".index")
def retarget(case):
    os.remove("link")
    os.symlink("other", "link")
def outside_edit(case):
    same_size(case.folder + ".out/x.c", "outside", "another")
def param(cells, **params):
    return [{**cell, "params": {**cell.get("params", {}), **params}} for cell in cells]
def edited(name, old="alpha", new="gamma"):
    return lambda case: same_size(name, old, new)

def outside():
    """A cell that reads a file outside of the workspace."""
    return [{"id": "x", "op": "outline", "params": {"files": ["@OUT@/x.c"]}}]

LINKED = [{"id": "l", "op": "outline", "params": {"files": ["link"]}}]
SOME = [{"id": "x", "op": "outline", "params": {"files": ["x.c"]}}]
IGNORED = [{"id": "i", "op": "outline", "params": {"files": ["ignored/c.c"]}},
           {"id": "n", "op": "search", "params": {"pattern": "alpha", "in": ["ignored/c.c"]}},
           {"id": "of", "op": "outline", "inputs": ["n"]}]
CASES = [
    Case("content", edit),
    Case("content, walked", edit, kind="plain"),
    Case("same size and time", edit_same),
    Case("same size and time, twice", edit_twice),
    Case("exchanged by rename", exchange),
    Case("mode", lambda case: os.chmod("src/a.c", 0o755), "EITHER"),
    Case("renamed", lambda case: os.rename("src/a.c", "src/z.c"), cells=ALL[:4]),
    Case("renamed, walked", lambda case: os.rename("src/a.c", "src/z.c"), cells=ALL[:4], kind="plain"),
    Case("moved by git", lambda case: git("mv", "src/a.c", "other/a.c"), cells=ALL[:2]),
    Case("new file", lambda case: put("src/n.c", "int alpha;\n")),
    Case("new file in a new folder", lambda case: put("new/n.c", "int alpha;\n"), cells=[SEARCH]),
    Case("removed", lambda case: os.remove("src/b.c"), cells=[OUTLINE]),
    Case("became a link", to_link, cells=ALL[:4]),
    Case("became a folder", to_folder, cells=[SEARCH]),
    Case("ignore file", lambda case: put(".gitignore", "src/untracked.c\n", "a"), cells=[OUTLINE]),
    Case("ignore file, walked", lambda case: put(".ignore", "src/a.c\n"), kind="plain", cells=ALL[:4]),
    Case("ignore file below", lambda case: put("src/.gitignore", "untracked.c\n"), cells=[OUTLINE]),
    Case("info exclude", exclude_file, cells=[OUTLINE]),
    Case("excludes of the environment", global_exclude, cells=[OUTLINE]),
    Case("index", untrack, cells=[OUTLINE]),
    Case("index of the environment", other_index, cells=[OUTLINE]),
    Case("another kind of index", lambda case: git("update-index", "--split-index"), cells=[SEARCH]),
    Case("no repository any more", lambda case: os.rename(".git", ".gone"), cells=[SEARCH]),
    Case("a repository now", lambda case: git("init", "-q", "."), kind="plain", cells=[SEARCH]),
    Case("a repository below", lambda case: git("init", "-q", "src"), cells=param([OUTLINE], files=["a.c"]),
         options=["--root", "src"]),
    Case("hidden file", edited("src/.hidden.c"), cells=param([SEARCH], hidden=True), kind="plain"),
    Case("hidden file, not asked for", edited("src/.hidden.c"), "SAME", cells=[SEARCH], kind="plain"),
    Case("ignored file, asked for", edited("ignored/c.c"), cells=param([SEARCH], no_ignore=True)),
    Case("ignored file, named", edited("ignored/c.c", "unseen", "noseen"), cells=IGNORED),
    Case("ignored file", edited("ignored/c.c"), "SAME"),
    Case("new ignored file", lambda case: put("ignored/more.c", "int alpha;\n"), "SAME"),
    Case("flag hidden", nothing, after=param([SEARCH], hidden=True), cells=[SEARCH], kind="plain"),
    Case("flag no_ignore", nothing, after=param([SEARCH], no_ignore=True), cells=[SEARCH]),
    Case("pattern", nothing, after=param([SEARCH], pattern="beta"), cells=[SEARCH]),
    Case("argument in", nothing, after=param([SEARCH], **{"in": ["docs"]}), cells=[SEARCH]),
    Case("argument depth", nothing, after=param([OUTLINE], depth=1), cells=param([OUTLINE], files=["src"], lang="python")),
    Case("argument files", nothing, after=param([OUTLINE], files=["other"]), cells=[OUTLINE]),
    Case("root", copy_tree),
    Case("root given", option("--root", "src"), cells=[SEARCH]),
    Case("working folder", in_twins, cells=SOME, options=[]),
    Case("kind of what is skipped", special, cells=[SEARCH], kind="pipe"),
    Case("link to a folder", retarget, cells=LINKED),
    Case("file outside", outside_edit, cells=outside()),
    Case("file outside, not read", outside_edit, "SAME", kind="out"),
    Case("committed", lambda case: (git("add", "src/untracked.c"), git("commit", "-qm", "y")), "EITHER"),
    Case("a variable", variable(COLUMNS="40", CQ_LOG="error"), "SAME"),
    Case("threads", option("--threads", "1"), "SAME"),
    Case("HEAD", lambda case: put(".git/HEAD", "ref: refs/heads/none\n"), "SAME"),
    Case("nothing", nothing, "SAME"),
]

def prepare(case, where):
    case.expect_first = None
    kind = case.kind
    if kind in ("pipe", "out"):
        case.kind = "plain"
    case.enter(where)
    case.kind = kind
    os.makedirs(where + ".out")
    put(where + ".out/x.c", "int outside(void);\n")
    if kind == "pipe":
        os.mkfifo("src/pipe")
    if case.name == "working-folder":
        put("one/x.c", "int alpha;\n")
        put("two/x.c", "int alpha;\n")
    case.cells = json.loads(json.dumps(case.cells).replace("@OUT@", where + ".out"))
    case.after = json.loads(json.dumps(case.after).replace("@OUT@", where + ".out"))

def fresh(case):
    return Case(case.name, case.change, case.expect, case.cells, case.kind, case.after, case.options, case.env, case.cwd)

def start_folder(case):
    if case.name == "working-folder":
        case.cwd = "one"

old, new = [fresh(case) for case in CASES], [fresh(case) for case in CASES]
for number, case in enumerate(old):
    prepare(case, f"{top}/old/{number}")
made = time.monotonic()
failed = []
def judge(case, mode):
    start_folder(case)
    try:
        case.go(mode)
        print(f"ok {case.name}, {mode}")
    except AssertionError as error:
        failed.append(case.name)
        print(f"FAILED {error}")

def while_it_runs():
    """A file that was there only while a run went on: it may be in that run's answer, in no other's."""
    os.makedirs(f"{top}/while")
    os.chdir(f"{top}/while")
    make_tree("git")
    case = Case("while-it-runs", nothing)
    case.cwd = os.getcwd()
    env = {**os.environ, "CQ_CACHE_DIR": f"{top}/cache/while-it-runs", "CQ_TEST_CRASH_ON": "hang:d.c", "CQ_TEST_WORKER_MS": "300"}
    hang = {"id": "hang", "op": "outline", "params": {"files": ["other/d.c"], "isolate": True}}
    plan = {"cells": [hang, SEARCH], "max_concurrency": 1}
    events = f"{top}/events" # not in the workspace, of which it would be a change
    going = subprocess.Popen([cq, "run", "-", "--format", "json", "--events", events], env=env, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    going.stdin.write(json.dumps(plan))
    going.stdin.close()
    while not (os.path.exists(events) and '"hang","op":"outline","state":"running"' in open(events).read()):
        time.sleep(0.01)
    put("src/shortly.c", "int alpha;\n")
    answer = json.loads(going.stdout.read())
    going.wait()
    assert "src/shortly.c" in [finding["path"] for finding in answer["findings"]], answer
    os.remove("src/shortly.c")
    cached, kept = run(case, [SEARCH])
    assert kept == run(case, [SEARCH], "--cache", "off")[1], f"while it runs: a stale answer\n{kept}"
    assert cached == ["run"], cached
    print("ok while it runs")

try:
    while_it_runs()
except AssertionError as error:
    failed.append("while-it-runs")
    print(f"FAILED {error}")
for number, case in enumerate(new):
    prepare(case, f"{top}/new/{number}")
    judge(case, "fresh files")
time.sleep(max(0, OLD - (time.monotonic() - made)))
for case in old:
    judge(case, "old files")
sys.exit(f"failed: {failed}" if failed else 0)
PYTHON
