#!/usr/bin/python3
"""tools/call_edges.py - precision and recall of call edges against a language server.

    tools/call_edges.py --edges CQ_EDGES --facts CQ_FACTS --server 'clangd' --lang c ROOT

CQ_EDGES is run as `CQ_EDGES ROOT`, or a file that it wrote; it gives one line a call site:
    path  line  col  name  certainty  reason  path:line[,path:line...]
with tabs between, lines from 1, columns in bytes from 0. Without --edges the calls of CQ_FACTS are
asked about: that shows what the server can answer.

N sites are drawn by --seed from all that cq has and all `name(` in the text that it has not
(certainty `lacking`); the server's answer to textDocument/definition is one of
    inside    a definition in the workspace
    value     a place in the workspace that CQ_FACTS has no definition for: a parameter, a variable
    external  elsewhere: the standard library, dependencies
    none      no answer; nothing is judged
Precision of a bucket: of its sites with targets (inside or external), those where one is the
server's; of `external`: where the server says so, in one of its places. A site that the server calls a value has no
verdict and is counted. Recall: of the sites that the server answers inside, those where one
target of any bucket is the server's.
Two places are the same definition when they are on the same line, or one is an overload,
a declaration (.h, .pyi, .d.ts) or the constructor of the other, or ours implements a method of their
trait in an impl.

Servers (tools/fetch-servers.sh brings the npm ones): pyright-langserver --stdio; clangd with
compile_commands.json; gopls; rust-analyzer; typescript-language-server --stdio with
    --init '{"tsserver": {"useSyntaxServer": "never"}}'   else it answers before it has read all

--answers FILE keeps what the server said, a line a site; a later run asks about the rest only. That
judges other edges of the same checkout, or goes on where one was stopped.

Exit: 0, or 1 when the server could not be used. Only the standard library is needed.
"""
import argparse
import collections
import json
import os
import queue
import random
import re
import shlex
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

EXTENSIONS = {
    "c": {".c": "c", ".h": "c"},
    "cpp": {ext: "cpp" for ext in (".cc", ".cpp", ".cxx", ".h", ".hpp", ".hh")},
    "python": {".py": "python", ".pyi": "python"},
    "go": {".go": "go"},
    "rust": {".rs": "rust"},
    "java": {".java": "java"},
    "javascript": {ext: "javascript" for ext in (".js", ".mjs", ".cjs")} | {".jsx": "javascriptreact"},
    "typescript": {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "typescriptreact"},
    "csharp": {".cs": "csharp"},
    "ruby": {".rb": "ruby"},
    "php": {".php": "php"},
    "kotlin": {".kt": "kotlin"},
    "scala": {".scala": "scala"},
    "swift": {".swift": "swift"},
    "lua": {".lua": "lua"},
    "zig": {".zig": "zig"},
}
DECLARATIONS = (".h", ".hh", ".hpp", ".pyi", ".d.ts", ".d.mts", ".d.cts")
CONSTRUCTORS = {"constructor", "__init__", "__new__", "new", "initialize", "init", "__construct"}
FOREIGN = {"node_modules", ".venv", "venv", "site-packages", ".git", ".tox"}
KEYWORDS = set(
    """if for while switch return sizeof catch function def class and or not in is elif lambda assert
    await yield import super typeof defined alignof match fn func go defer select range with except
    raise throw new delete void print void0 else do case constructor static_assert _Static_assert
    _Alignof __attribute__ asm""".split()
)
CALL_LIKE = re.compile(rb"[A-Za-z_$][\w$]*(?=\s?\()")

Site = collections.namedtuple("Site", "path line col name certainty reason targets")


# --- the server


class ServerGone(Exception):
    pass


class Server:
    """A language server on its standard streams."""

    def __init__(self, command, root, init, settings, verbose):
        self.root, self.settings, self.verbose = root, settings, verbose
        self.process = subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if verbose else subprocess.DEVNULL,
        )
        self.inbox = queue.Queue()
        self.next_id = 0
        self.answers = {}
        self.busy = {}  # progress token -> title
        self.last_news = time.monotonic()
        threading.Thread(target=self.read, daemon=True).start()
        self.start(init)

    def read(self):
        out = self.process.stdout
        try:
            while True:
                size = 0
                while True:
                    line = out.readline()
                    if not line:
                        raise EOFError
                    if not line.strip():
                        break
                    key, _, value = line.partition(b":")
                    if key.strip().lower() == b"content-length":
                        size = int(value)
                body = out.read(size)
                if len(body) < size:
                    raise EOFError
                self.inbox.put(json.loads(body))
        except (EOFError, ValueError, OSError):
            self.inbox.put(None)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()
        except OSError as error:
            raise ServerGone(str(error)) from error

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.next_id += 1
        self.send({"id": self.next_id, "method": method, "params": params})
        return self.next_id

    def pump(self, wait):
        """Handles one message, or returns False after `wait` seconds without any."""
        try:
            message = self.inbox.get(timeout=max(wait, 0.001))
        except queue.Empty:
            return False
        if message is None:
            raise ServerGone("it closed its output")
        if "method" not in message:
            self.answers[message.get("id")] = message
        elif "id" in message:
            self.reply(message)
        elif message["method"] == "$/progress":
            self.progress(message["params"])
        return True

    def progress(self, params):
        kind = (params.get("value") or {}).get("kind")
        token = str(params.get("token"))
        self.last_news = time.monotonic()
        if kind == "begin":
            self.busy[token] = params["value"].get("title", "")
            if self.verbose:
                print(f"  {self.busy[token]}", file=sys.stderr)
        elif kind == "end":
            self.busy.pop(token, None)

    def reply(self, message):
        result = None
        if message["method"] == "workspace/configuration":
            result = [self.setting(item.get("section")) for item in message["params"]["items"]]
        elif message["method"] == "workspace/workspaceFolders":
            result = [self.folder()]
        self.send({"id": message["id"], "result": result})

    def setting(self, section):
        value = self.settings
        for part in (section or "").split("."):
            value = value.get(part) if part and isinstance(value, dict) else value
        return value

    def folder(self):
        return {"uri": to_uri(self.root), "name": os.path.basename(self.root)}

    def wait(self, ids, seconds):
        """The answers to `ids` that come in time, by id."""
        end = time.monotonic() + seconds
        while not all(i in self.answers for i in ids):
            left = end - time.monotonic()
            if left <= 0:
                break
            self.pump(left)
        return {i: self.answers.pop(i) for i in ids if i in self.answers}

    def start(self, init):
        params = {
            "processId": os.getpid(),
            "rootUri": to_uri(self.root),
            "rootPath": self.root,
            "workspaceFolders": [self.folder()],
            "initializationOptions": init,
            "capabilities": {
                "window": {"workDoneProgress": True},
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {"definition": {"linkSupport": True}, "synchronization": {}},
            },
        }
        asked = self.ask("initialize", params)
        if asked not in self.wait([asked], 120):
            raise ServerGone("no answer to initialize in 120 s")
        self.notify("initialized", {})
        if self.settings:
            self.notify("workspace/didChangeConfiguration", {"settings": self.settings})

    def settle(self, quiet, longest):
        """Until nothing has been in progress for `quiet` seconds. False: it still is."""
        self.last_news = time.monotonic()
        end = time.monotonic() + longest
        while time.monotonic() < end:
            left = quiet - (time.monotonic() - self.last_news)
            if not self.busy and left <= 0:
                return True
            self.pump(1 if self.busy else left)
            if self.busy:
                self.last_news = time.monotonic()
        return False

    def stop(self):
        try:
            asked = self.ask("shutdown", None)
            self.wait([asked], 5)
            self.notify("exit", None)
            self.process.wait(5)
        except (ServerGone, subprocess.TimeoutExpired):
            self.process.kill()
        self.process.wait()


def to_uri(path):
    return "file://" + urllib.request.pathname2url(path)


def from_uri(uri):
    parsed = urllib.parse.urlparse(uri)
    return urllib.request.url2pathname(parsed.path) if parsed.scheme == "file" else uri


# --- the workspace


class Workspace:
    """Files of the checkout, and what cq-facts says is defined in them."""

    def __init__(self, root, facts, foreign):
        self.root, self.facts_program, self.foreign = root, facts, FOREIGN | set(foreign)
        self.lines_of, self.defs_of = {}, {}

    def lines(self, path):
        if path not in self.lines_of:
            try:
                with open(os.path.join(self.root, path), "rb") as file:
                    self.lines_of[path] = file.read().split(b"\n")
            except OSError:
                self.lines_of[path] = []
        return self.lines_of[path]

    def line(self, path, number):
        lines = self.lines(path)
        return lines[number - 1] if 0 < number <= len(lines) else b""

    def inside(self, path):
        """Relative to the root, or None."""
        path = os.path.realpath(path)
        if not path.startswith(self.root + os.sep):
            return None
        path = path[len(self.root) + 1 :]
        return None if self.foreign & set(path.split(os.sep)) else path

    def facts(self, paths):
        """cq-facts of each of the files, by path; {} where it says nothing."""
        found = {}
        for path in paths:
            run = subprocess.run([self.facts_program, os.path.join(self.root, path)], capture_output=True, check=False)
            try:
                found[path] = json.loads(run.stdout)
            except ValueError:
                found[path] = {}
        return found

    def defs(self, path):
        """By line of the name; None without --facts."""
        if not self.facts_program:
            return None
        if path not in self.defs_of:
            rows = self.facts([path])[path].get("defs", [])
            by_line = collections.defaultdict(list)
            for row in rows:
                row["owner"] = rows[row["parent"]] if row["parent"] >= 0 else None
                by_line[row["line"]].append(row)
            self.defs_of[path] = by_line
        return self.defs_of[path]


def files_of(root, lang, foreign):
    run = subprocess.run(
        ["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False
    )
    names = run.stdout.decode(errors="replace").split("\0") if run.returncode == 0 else []
    if not any(names):
        names = [
            os.path.relpath(os.path.join(folder, name), root)
            for folder, _, files in os.walk(root)
            for name in files
        ]
    wanted = EXTENSIONS[lang]
    return sorted(
        name
        for name in names
        if os.path.splitext(name)[1] in wanted
        and not foreign & set(name.split("/"))
        and os.path.isfile(os.path.join(root, name))
    )


# --- the call sites


def read_edges(text):
    sites = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split("\t")
        if len(parts) != 7:
            sys.exit(f"call_edges: line {number} of the edges has {len(parts)} fields, not 7: {line[:200]}")
        targets = [split_place(place) for place in parts[6].split(",") if place]
        sites.append(Site(parts[0], int(parts[1]), int(parts[2]), parts[3], parts[4], parts[5], targets))
    return sites


def split_place(place):
    path, _, line = place.rpartition(":")
    return path, int(line)


def line_starts(lines):
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts


def place_of(starts, offset):
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] <= offset:
            low = middle
        else:
            high = middle
    return low + 1, offset - starts[low]


def sites_of_facts(workspace, files):
    sites = []
    for path, facts in workspace.facts(files).items():
        starts = line_starts(workspace.lines(path))
        for call in facts.get("calls", []):
            line, col = place_of(starts, call["name_span"][0])
            sites.append(Site(path, line, col, call["name"], "unknown", "", []))
    return sites


def no_calls(facts):
    """Offsets of names that are being defined, and (from, to) of comments, where nothing is called."""
    names = {offset for row in facts.get("defs", []) for offset in range(*row["name_span"])}
    comments = [row["span"] for row in facts.get("spans", []) if row["kind"] in ("comment", "docstring")]
    return names, comments


def lacking_sites(workspace, files, known):
    """Every `name(` that is not a site of cq; most are strings, or definitions that cq misses."""
    sites = []
    facts = workspace.facts(files) if workspace.facts_program else {}
    for path in files:
        names, comments = no_calls(facts.get(path, {}))
        starts = line_starts(workspace.lines(path))
        for number, line in enumerate(workspace.lines(path), 1):
            for match in CALL_LIKE.finditer(line):
                name = match.group().decode(errors="replace")
                if name in KEYWORDS or (path, number, match.start()) in known:
                    continue
                offset = starts[number - 1] + match.start()
                if offset in names or any(a <= offset < b for a, b in comments):
                    continue
                sites.append(Site(path, number, match.start(), name, "lacking", "", []))
    return sites


def gather(args, workspace, files):
    if args.edges:
        if os.access(args.edges, os.X_OK):
            run = subprocess.run([args.edges, workspace.root], stdout=subprocess.PIPE, check=True)
            text = run.stdout.decode(errors="replace")
        else:
            with open(args.edges, encoding="utf-8", errors="replace") as file:
                text = file.read()
        wanted = set(files)
        sites = [site for site in read_edges(text) if site.path in wanted]
    else:
        sites = sites_of_facts(workspace, files)
    known = {(site.path, site.line, site.col + skip) for site in sites for skip in (0, site.name[:1] in "#@")}
    return sites, lacking_sites(workspace, files, known)


# --- asking


def utf16_column(line, col):
    return len(line[:col].decode(errors="replace").encode("utf-16-le")) // 2


def byte_column(line, col):
    return len(line.decode(errors="replace").encode("utf-16-le")[: col * 2].decode("utf-16-le", "replace").encode())


def open_file(server, workspace, path, lang):
    server.notify(
        "textDocument/didOpen",
        {
            "textDocument": {
                "uri": to_uri(os.path.join(workspace.root, path)),
                "languageId": EXTENSIONS[lang][os.path.splitext(path)[1]],
                "version": 1,
                "text": b"\n".join(workspace.lines(path)).decode(errors="replace"),
            }
        },
    )


def close_file(server, workspace, path):
    uri = to_uri(os.path.join(workspace.root, path))
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def locations(result):
    """(absolute path, line from 1, column in UTF-16 from 0) of each place of an answer."""
    if not result:
        return []
    found = []
    for item in result if isinstance(result, list) else [result]:
        uri = item.get("targetUri") or item.get("uri")
        span = item.get("targetSelectionRange") or item.get("targetRange") or item.get("range")
        if uri and span:
            found.append((from_uri(uri), span["start"]["line"] + 1, span["start"]["character"]))
    return found


def ask_file(server, workspace, path, sites, args):
    """Answers by site, or the reason why there is none."""
    open_file(server, workspace, path, args.lang)
    asked = {}
    for site in sites:
        position = {"line": site.line - 1, "character": utf16_column(workspace.line(path, site.line), site.col)}
        uri = to_uri(os.path.join(workspace.root, path))
        asked[server.ask("textDocument/definition", {"textDocument": {"uri": uri}, "position": position})] = site
    found = {}
    got = server.wait(list(asked), args.timeout + 0.2 * len(asked))
    for number, site in asked.items():
        answer = got.get(number)
        if answer is None:
            found[site_key(site)] = "timed out"
        elif "error" in answer:
            found[site_key(site)] = "error: " + str(answer["error"].get("message"))[:120]
        else:
            found[site_key(site)] = locations(answer.get("result"))
    close_file(server, workspace, path)
    return found


def site_key(site):
    return site.path, site.line, site.col


class Asker:
    """Asks file by file; starts the server again when it dies, at most --restarts times."""

    def __init__(self, args, workspace):
        self.args, self.workspace, self.server = args, workspace, None
        self.starts, self.notes = 0, []

    def ready(self, path):
        if self.server:
            return
        self.starts += 1
        args = self.args
        self.server = Server(shlex.split(args.server), self.workspace.root, args.init, args.settings, args.verbose)
        open_file(self.server, self.workspace, path, args.lang)
        if not self.server.settle(args.quiet, args.longest):
            self.notes.append(f"the server was still busy after {args.longest} s: {list(self.server.busy.values())}")
        close_file(self.server, self.workspace, path)

    def ask(self, path, sites):
        for attempt in range(2):
            if self.starts > self.args.restarts and not self.server:
                break
            try:
                self.ready(path)
                return ask_file(self.server, self.workspace, path, sites, self.args)
            except (ServerGone, FileNotFoundError) as error:
                self.notes.append(f"the server died at {path}: {error}")
                self.drop()
                if attempt:
                    break
        return {site_key(site): "no server" for site in sites}

    def drop(self):
        if self.server:
            self.server.process.kill()
            self.server.process.wait()
            self.server = None

    def all(self, sites):
        by_path = collections.defaultdict(list)
        for site in sites:
            by_path[site.path].append(site)
        answers = {}
        for path in sorted(by_path):
            found = self.ask(path, by_path[path])
            keep_answers(self.args.answers, found)
            answers.update(found)
        return answers


def kept_answers(path):
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {tuple(row["site"]): [tuple(place) for place in row["places"]] for row in rows}


def keep_answers(path, answers):
    if not path:
        return
    with open(path, "a", encoding="utf-8") as file:
        for site, places in answers.items():
            if isinstance(places, list):
                file.write(json.dumps({"site": site, "places": places}) + "\n")


def ask_all(args, workspace, sites):
    asker = Asker(args, workspace)
    answers = kept_answers(args.answers)
    answers.update(asker.all([site for site in sites if site_key(site) not in answers]))
    # What was empty while the server was still loading may have an answer now.
    again = [s for s in sites if not isinstance(answers[site_key(s)], list) or not answers[site_key(s)]]
    again = [s for s in again if s.certainty != "lacking" and answers[site_key(s)] != "no server"]
    if again and asker.server:
        for key, answer in asker.all(again).items():
            if isinstance(answer, list):
                answers[key] = answer
    if asker.server:
        asker.server.stop()
    return answers, asker.notes


# --- judging


def word_at(line, col):
    match = re.compile(rb"[#@]?[\w$]+").match(line, col)
    return match.group().decode(errors="replace").lstrip("#@") if match else ""


def definition_at(workspace, path, line, word):
    """What cq-facts has there: the row, None when nothing; True without --facts."""
    defs = workspace.defs(path)
    if defs is None:
        return True
    rows = defs.get(line, [])
    for row in rows:
        if row["name"].lstrip("#") == word:
            return row
    # `export default function`, `module.exports = ...`: the name is on the line, not at the place.
    return rows[0] if len(rows) == 1 and rows[0]["name"] in ("default", "exports") else None


class Judge:
    def __init__(self, workspace):
        self.workspace = workspace

    def places(self, site, answer):
        """(inside, external, values): the server's places as (path, line, word)."""
        inside, external, values = [], [], []
        for path, line, col in answer:
            rel = self.workspace.inside(path)
            if rel is None:
                external.append((path, line, ""))
                continue
            text = self.workspace.line(rel, line)
            word = word_at(text, byte_column(text, col))
            if (rel, line) == (site.path, site.line) and byte_column(text, col) == site.col:
                continue  # the site itself: what it defines, or nothing better is known
            if site.certainty == "lacking" and self.is_definition(site):
                continue  # what it defines, for which the server gives what it implements
            is_def = definition_at(self.workspace, rel, line, word)
            (inside if is_def else values).append((rel, line, word))
        return inside, external, values

    def is_definition(self, site):
        rows = (self.workspace.defs(site.path) or {}).get(site.line, [])
        return any(row["name"] == site.name and row["col"] == site.col for row in rows)

    def same(self, ours, theirs):
        path, line = ours
        their_path, their_line, word = theirs
        if path == their_path and line == their_line:
            return True
        has_word = word and re.search(rb"(?<![\w$])" + re.escape(word.encode()) + rb"(?![\w$])", self.workspace.line(path, line))
        declared = path.endswith(DECLARATIONS) != their_path.endswith(DECLARATIONS)
        if has_word and declared:
            return True
        if word and self.is_implementation(path, line, their_path, their_line, word):
            return True
        if path != their_path:
            return False
        if has_word and self.is_overload(path, line, their_line, word):
            return True
        return self.is_constructor(path, line, their_line, word)

    def is_implementation(self, path, line, their_path, their_line, word):
        """A method of an impl, and the trait's own where the server does not look for the impl."""
        for mine in (self.workspace.defs(path) or {}).get(line, []):
            for other in (self.workspace.defs(their_path) or {}).get(their_line, []):
                owners = mine["owner"] and other["owner"] and (mine["owner"]["kind"], other["owner"]["kind"])
                if mine["name"] == other["name"] == word and owners == ("impl", "trait"):
                    return True
        return False

    def is_overload(self, path, line, their_line, word):
        """Definitions of one name with one parent, of which one at least has no body."""
        defs = self.workspace.defs(path)
        if defs is None:
            return abs(line - their_line) <= 3
        for mine in defs.get(line, []):
            for other in defs.get(their_line, []):
                if mine["name"] == other["name"] == word and mine["parent"] == other["parent"]:
                    return bool(mine.get("declaration") or other.get("declaration") or abs(line - their_line) <= 3)
        return False

    def is_constructor(self, path, line, their_line, word):
        for type_line, maker_line in ((line, their_line), (their_line, line)):
            for row in (self.workspace.defs(path) or {}).get(maker_line, []):
                owner = row["owner"]
                if not owner or owner["line"] != type_line:
                    continue
                if row["name"] in CONSTRUCTORS or row["name"] == owner["name"]:
                    return True
        return False

    def only_variables(self, inside):
        """Servers go no further than to a variable when they cannot find what it is set to."""
        rows = [row for path, line, _ in inside for row in (self.workspace.defs(path) or {}).get(line, [])]
        return bool(rows) and all(row["kind"] in ("variable", "constant") for row in rows)

    def verdict(self, site, answer):
        """(what the server says, right | wrong | missed | unjudged)."""
        if isinstance(answer, str):
            return answer, "unjudged"
        inside, external, values = self.places(site, answer)
        said = "inside" if inside else "value" if values else "external" if external else "none"
        hit = any(self.same(ours, theirs) for ours in site.targets for theirs in inside + values)
        if hit:
            return said, "right"
        if site.certainty == "external" and external:
            return "external", "right"
        if said == "none" or said == "value":
            return said, "unjudged"
        if said == "external" and any(self.implements_other(ours, site.name) for ours in site.targets):
            return said, "unjudged"
        if site.certainty == "external":
            return ("value", "unjudged") if self.only_variables(inside) else (said, "wrong")
        if site.targets:
            return said, "wrong"
        return said, "missed" if said == "inside" else "unjudged"

    def implements_other(self, ours, name):
        """A method of `impl Trait for Type`, where the server names a trait from elsewhere."""
        for row in (self.workspace.defs(ours[0]) or {}).get(ours[1], []):
            owner = row["owner"]
            if owner and owner["kind"] == "impl" and row["name"] == name and " for " in owner["signature"]:
                return True
        return False


def census(sites, answers, judge):
    rows = collections.defaultdict(collections.Counter)
    shown = collections.defaultdict(list)
    skipped = collections.Counter()
    for site in sites:
        answer = answers[site_key(site)]
        said, verdict = judge.verdict(site, answer)
        if isinstance(answer, str):
            skipped[answer] += 1
            said = "none"
        row = rows[site.certainty]
        row["sites"] += 1
        row[verdict] += 1
        row["says " + said] += 1
        row["targets"] += len(site.targets)
        if said == "inside":
            row["inside " + ("right" if verdict == "right" and site.certainty != "external" else "missed")] += 1
        if verdict in ("wrong", "missed") or (said == "value" and verdict == "unjudged" and site.targets):
            kind = f"{site.certainty}: {'server says a value' if verdict == 'unjudged' else verdict}"
            if verdict == "wrong":
                kind += f" (server: {said})"
            shown[kind].append((site, judge.places(site, answer)))
    return rows, shown, skipped


# --- the report


def ratio(part, whole):
    return part / whole if whole else None


def per_cent(value):
    return "     -" if value is None else f"{100 * value:6.2f}"


def summary(rows):
    out = {}
    for certainty, row in rows.items():
        out[certainty] = dict(row)
        out[certainty]["precision"] = ratio(row["right"], row["right"] + row["wrong"])
    inside = sum(row["says inside"] for row in rows.values())
    right = sum(row["inside right"] for row in rows.values())
    return {"buckets": out, "inside": inside, "recalled": right, "recall": ratio(right, inside)}


ORDER = ["exact", "likely", "name_only", "dynamic", "external", "unknown", "lacking"]


def print_report(result, shown, show):
    print("bucket       sites targets   right  wrong  missed | inside value extern   none | precision %")
    buckets = result["buckets"]
    for name in ORDER + sorted(set(buckets) - set(ORDER)):
        row = buckets.get(name)
        if not row:
            continue
        cells = [row.get(key, 0) for key in ("sites", "targets", "right", "wrong", "missed")]
        said = [row.get("says " + key, 0) for key in ("inside", "value", "external", "none")]
        print("%-10s %7d %7d %7d %6d %7d | " % (name, *cells), end="")
        print("%6d %5d %6d %6d | %s" % (*said, per_cent(row["precision"])))
    print(f"recall of all buckets: {per_cent(result['recall']).strip()} % ({result['recalled']} of {result['inside']})")
    for kind in sorted(shown, key=lambda kind: -len(shown[kind])):
        print(f"\n{kind}: {len(shown[kind])}")
        for site, places in shown[kind][:show]:
            ours = " ".join(f"{path}:{line}" for path, line in site.targets[:4]) or "-"
            theirs = " ".join(f"{path}:{line}" for group in places for path, line, _ in group[:3])
            reason = f" [{site.reason}]" if site.reason else ""
            print(f"  {site.path}:{site.line}:{site.col} {site.name}{reason}: cq {ours}; server {theirs}")


def parse_args():
    parser = argparse.ArgumentParser(usage="%(prog)s [options] ROOT", description=__doc__.split("\n")[0])
    parser.add_argument("root")
    parser.add_argument("--server", required=True, help="command of a language server on stdio")
    parser.add_argument("--lang", required=True, choices=sorted(EXTENSIONS))
    parser.add_argument("--edges", help="program run as `EDGES ROOT`, or a file that it wrote")
    parser.add_argument("--facts", help="the program cq-facts")
    parser.add_argument("-n", type=int, default=1000, help="sites to ask about (1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--under", default="", help="only sites in files whose path starts so")
    parser.add_argument("--foreign", action="append", default=[], help="folder name that is no part of the workspace")
    parser.add_argument("--init", type=json.loads, default=None, help="initializationOptions, JSON")
    parser.add_argument("--settings", type=json.loads, default={}, help="workspace configuration, JSON")
    parser.add_argument("--quiet", type=float, default=5, help="seconds without progress that mean ready (5)")
    parser.add_argument("--longest", type=float, default=600, help="most seconds to wait for ready (600)")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for the answers of a file (30)")
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--answers", help="file of answers to read and to add to")
    parser.add_argument("--show", type=int, default=0, help="examples of each kind of disagreement")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="the server's own messages")
    args = parser.parse_args()
    if not args.edges and not args.facts:
        parser.error("--edges or --facts is needed")
    return args


def main():
    args = parse_args()
    root = os.path.realpath(args.root)
    workspace = Workspace(root, os.path.abspath(args.facts) if args.facts else None, args.foreign)
    files = [path for path in files_of(root, args.lang, workspace.foreign) if path.startswith(args.under)]
    sites, lacking = gather(args, workspace, files)
    population = sorted(sites + lacking, key=site_key)
    drawn = random.Random(args.seed).sample(population, min(args.n, len(population)))
    answers, notes = ask_all(args, workspace, drawn)
    rows, shown, skipped = census(drawn, answers, Judge(workspace))
    result = summary(rows)
    result |= {"files": len(files), "sites": len(sites), "drawn": len(drawn), "seed": args.seed}
    result |= {"skipped": dict(skipped), "notes": notes}
    if args.json:
        print(json.dumps(result, indent=1))
    else:
        print(f"{len(files)} files, {len(sites)} call sites, {len(drawn)} drawn (seed {args.seed})")
        print_report(result, shown, args.show)
        for reason, count in skipped.most_common():
            print(f"skipped {count}: {reason}")
        for note in notes:
            print(note)
    return 0 if sum(skipped.values()) < len(drawn) else 1


if __name__ == "__main__":
    sys.exit(main())
