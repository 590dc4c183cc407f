#!/usr/bin/env python3
"""Compares the definitions that cq-facts finds with those of universal-ctags and of the grammars.

usage: tools/recall.py --facts CQ_FACTS [--tags CQ_TAGS] --lang LANG [--missed N] [--extra N]
                       [--min R] [--json] SOURCE...
       tools/recall.py --facts CQ_FACTS [--tags CQ_TAGS] --table LIST

A SOURCE is a folder, a file, or @FILE with a path on each line. Prints, per kind: how many
definitions ctags lists, how many of these we find (same file, same name, a kind that fits, at most
3 lines apart), and how many we list that ctags does not. With --tags the same for the tags.scm that
the grammar ships (build/third_party; some have none). What the other one calls a function and we a
call of a macro, such as TEST(name) { ... }, is counted apart. --missed and --extra show examples.
With --min, exit 1 when functions, classes or methods are found less often than R. --json prints the
numbers as one object. --table makes the table of docs/recall.md: each line of LIST is
"LANG | NAME | SOURCE...". Differences are to be looked at, not to be believed: ctags guesses too.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

TYPES = {"struct", "class", "union", "enum", "interface", "trait", "type"}
VALUES = {"variable", "constant", "field"}
CALLABLE = {"function", "method"}

# language: (ctags language, extensions, {ctags kind: our kinds})
LANGS = {
    "c": ("C", ["c", "h"], {
        "function": CALLABLE, "prototype": CALLABLE, "struct": {"struct"}, "union": {"union"},
        "enum": {"enum"}, "typedef": TYPES, "macro": {"macro"}, "member": {"field"},
        "enumerator": {"enum_member"}, "variable": VALUES}),
    "cpp": ("C++", ["cc", "cpp", "cxx", "hpp", "hh", "hxx", "h"], {
        "function": CALLABLE, "prototype": CALLABLE, "class": {"class"}, "struct": {"struct"},
        "union": {"union"}, "enum": {"enum"}, "typedef": TYPES, "macro": {"macro"},
        "member": VALUES, "enumerator": {"enum_member"}, "variable": VALUES,
        "namespace": {"module"}, "method": CALLABLE}),
    "python": ("Python", ["py"], {
        "function": CALLABLE, "member": CALLABLE, "class": {"class"}, "variable": VALUES | {"type"}}),
    "rust": ("Rust", ["rs"], {
        "function": CALLABLE, "method": CALLABLE, "struct": {"struct", "union"}, "enum": {"enum"},
        "interface": {"trait"}, "implementation": {"impl"}, "module": {"module"},
        "macro": {"macro"}, "typedef": {"type"}, "field": {"field"},
        "enumerator": {"enum_member"}, "constant": VALUES, "variable": VALUES}),
    "go": ("Go", ["go"], {
        "func": CALLABLE, "struct": {"struct"}, "interface": {"interface"}, "type": TYPES,
        "talias": TYPES, "const": VALUES, "var": VALUES, "member": {"field"},
        "methodSpec": CALLABLE, "anonMember": {"field"}, "method": CALLABLE}),
    "java": ("Java", ["java"], {
        "method": CALLABLE, "class": {"class"}, "interface": {"interface"}, "enum": {"enum"},
        "annotation": {"interface", "type"}, "field": VALUES, "enumConstant": {"enum_member"}}),
    "javascript": ("JavaScript", ["js", "mjs", "cjs", "jsx"], {
        "function": CALLABLE, "method": CALLABLE, "getter": CALLABLE,
        "class": {"class"}, "setter": CALLABLE, "generator": CALLABLE,
        "constant": VALUES | CALLABLE | {"class"}, "variable": VALUES | CALLABLE | {"class"},
        "field": {"field", "method"}}),
    "typescript": ("TypeScript", ["ts", "mts"], {
        "function": CALLABLE, "method": CALLABLE, "class": {"class"}, "interface": {"interface"},
        "enum": {"enum"}, "enumerator": {"enum_member"}, "namespace": {"module"},
        "alias": {"type"}, "generator": CALLABLE, "property": {"field"},
        "constant": VALUES | CALLABLE, "variable": VALUES | CALLABLE}),
    "bash": ("Sh", ["sh", "bash"], {"function": CALLABLE}),
    "ruby": ("Ruby", ["rb", "rake", "gemspec", "ru"], {
        "class": {"class"}, "module": {"module"}, "method": CALLABLE, "singletonMethod": CALLABLE,
        "alias": CALLABLE | {"variable"}, "accessor": {"field"}, "constant": VALUES | {"class"}}),
    "php": ("PHP", ["php"], {
        "class": {"class"}, "interface": {"interface"}, "trait": {"trait"}, "function": CALLABLE,
        "define": VALUES, "variable": VALUES, "namespace": {"module"}}),
    "csharp": ("C#", ["cs"], {
        "class": {"class"}, "struct": {"struct"}, "interface": {"interface"}, "enum": {"enum"},
        "enumerator": {"enum_member"}, "method": CALLABLE, "property": {"field"},
        "field": VALUES, "event": {"field"}, "namespace": {"module"}, "typedef": TYPES}),
    "kotlin": ("Kotlin", ["kt", "kts"], {
        "class": {"class", "enum"}, "object": {"class", "enum_member"}, "interface": {"interface"},
        "method": CALLABLE, "typealias": {"type"}, "constant": VALUES, "variable": VALUES,
        "package": {"module"}}),
    "scala": (None, ["scala", "sbt"], {}),
    "swift": (None, ["swift"], {}),
    "lua": ("Lua", ["lua"], {"function": CALLABLE}),
    "elixir": ("Elixir", ["ex", "exs"], {
        "module": {"module", "impl"}, "protocol": {"interface"}, "implementation": {"impl"},
        "function": CALLABLE, "macro": {"macro"}, "callback": CALLABLE, "delegate": CALLABLE,
        "exception": {"struct"}, "guard": CALLABLE | {"macro"}, "operator": CALLABLE,
        "record": TYPES, "test": CALLABLE, "type": {"type"}}),
    "haskell": ("Haskell", ["hs"], {
        "type": TYPES, "constructor": {"enum_member"}, "function": CALLABLE | {"field"}}),
    "zig": (None, ["zig"], {}),
}
LANGS["tsx"] = ("TypeScript", ["tsx"], LANGS["typescript"][2])
NAMED_WHOLE = {"module", "interface", "impl"}  # Elixir's A.B, which ctags lists as B
CORE = {"function", "method", "member", "class", "func", "struct"}  # what --min judges

# What the @definition.KIND of a tags.scm may be with us, in every language.
TAG_KINDS = {
    "function": CALLABLE, "method": CALLABLE, "class": TYPES, "type": TYPES, "macro": {"macro"},
    "interface": {"interface", "trait"}, "module": {"module"},
    "constant": VALUES | CALLABLE | {"class", "type"}, "field": VALUES, "property": VALUES,
    "variable": VALUES, "enum": {"enum"}, "object": {"class", "module"}}
QUERIES = {"tsx": ["javascript", "typescript"], "typescript": ["javascript", "typescript"],
           "csharp": ["c-sharp"], "bash": [], "kotlin": [], "haskell": [],
           "zig": []}  # others: their own

# The columns of the table, by the kinds of ctags and of tags.scm.
COLUMNS = {
    "functions": {"function", "func", "generator"},
    "classes": {"class", "struct", "union", "enum", "interface", "annotation", "type", "trait",
                "object", "protocol", "implementation", "module"},
    "methods": {"method", "member", "getter", "setter", "methodSpec", "singletonMethod"},
}
FIELDS = {"c", "cpp", "go"}  # whose ctags "member" is a field
MODULES = {"ruby", "elixir"}  # whose modules are counted with the classes

# No names: what ctags makes up, calls in a Java initializer, keywords after a derailed parse.
NO_NAME = re.compile(r"__anon|<lambda>|[Aa]nonymous[A-Za-z]*[0-9a-f]{8,}$|anonymous[A-Za-z]*$|"
                     r"(if|for|while|do|where|switch|try|catch|return|extends|void|int|__attribute__)$")


def source_files(sources, extensions):
    """Each file once, in order; symbolic links are left out."""
    seen = set()
    for path in all_files(sources, extensions):
        if path not in seen and os.path.isfile(path) and not os.path.islink(path):
            seen.add(path)
            yield path


def all_files(sources, extensions):
    for source in sources:
        if source.startswith("@"):
            with open(source[1:]) as lines:
                yield from (line for line in lines.read().splitlines()
                            if line.rsplit(".", 1)[-1] in extensions)
        elif os.path.isfile(source):
            yield source
        else:
            if not os.path.isdir(source):
                sys.exit("recall: no such file or folder: " + source)
            yield from folder_files(source, extensions)


def folder_files(folder, extensions):
    for root, dirs, names in os.walk(folder):
        dirs[:] = sorted(d for d in dirs if not d.startswith("."))
        for name in sorted(names):
            path = os.path.join(root, name)
            is_ours = "." in name and name.rsplit(".", 1)[1] in extensions
            if is_ours or ("." not in name and "bash" in extensions and is_script(path)):
                yield path


def is_script(path):
    try:
        with open(path, "rb") as file:
            return re.match(rb"#!\s*\S*/(env\s+)?(ba|da|k)?sh\b", file.read(80)) is not None
    except OSError:
        return False


def ctags_definitions(lang, language, kinds, files):
    """No patterns are asked for: they can hold anything, line ends too."""
    if language is None:
        return  # ctags 5.9 does not know it
    command = ["ctags", "-x", "--languages=" + language, "--language-force=" + language,
               "--sort=no", "--_xformat=%n\t%K\t%p\t%F\t%N", "--kinds-%s=*" % language, "-L", "-"]
    done = subprocess.run(command, input=os.fsencode("\n".join(files)), capture_output=True,
                          check=True)
    for line in done.stdout.split(b"\n"):
        fields = os.fsdecode(line).split("\t")
        if len(fields) != 5 or not fields[0].isdigit():
            continue  # the rest of a name with an odd character
        number, kind, scope, path, name = fields
        if lang in ("cpp", "go") and kind in ("function", "func") and (
                scope in ("class", "struct", "union", "interface", "type")):
            kind = "method"
        if NO_NAME.match(name) or (lang == "java" and "." in name):
            continue
        if lang == "lua":  # M.f, M:f, t['f']
            if "[" in name:
                continue
            name = re.split("[.:]", name)[-1].strip()
        if lang == "kotlin":
            name = name.replace("\\x20", "")
        if lang == "php":
            name = name.replace("\\\\", "\\")
        if lang == "csharp" and kind in ("method", "property"):  # ~A, operator ==, IFace.Method
            name = re.sub(r"^(~|operator )\s*", "", name).rsplit(".", 1)[-1]
            if name in ("get", "set"):
                continue  # accessors of a property with an attribute
        if kind in kinds:
            yield path, name, kind, int(number)


def grammar_definitions(program, lang, files):
    """What tags.scm finds; None when the grammar has none."""
    third_party = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../build/third_party")
    queries = ["%s/tree-sitter-%s/queries/tags.scm" % (third_party, language)
               for language in QUERIES.get(lang, [lang])]
    if not queries:
        return None
    found = []
    for start in range(0, len(files), 100):
        done = subprocess.run([program, lang] + queries + files[start:start + 100],
                              capture_output=True)
        if done.returncode != 0:
            sys.exit("recall: cq-tags: " + done.stderr.decode(errors="replace").strip())
        for line in done.stdout.split(b"\n")[:-1]:
            path, number, kind, name = os.fsdecode(line).split("\t", 3)
            if not NO_NAME.match(name):
                found.append((path, name, kind, int(number)))
    found = list(dict.fromkeys(found))
    return without_mentions(found) if lang in ("c", "cpp") else found


def with_lines(definitions):
    """(definition, the text of its line and of the next)"""
    last, lines = None, []
    for definition in definitions:
        path, number = definition[0], definition[3]
        if path != last:
            with open(path, encoding="utf-8", errors="replace") as file:
                last, lines = path, file.read().split("\n")
        yield definition, "\n".join(lines[number - 1:number + 1])


def without_mentions(tags):
    """C's and C++'s tags.scm also take `enum e x;` and `class API name {` for definitions of e and
    API."""
    for tag, line in with_lines(tags):
        mention = re.search(r"\b(enum|union|class|struct)\s+%s\b\s*[^\s{:;/\\]" %
                            re.escape(tag[1]), line)
        if tag[2] not in ("class", "type") or not mention:
            yield tag


def without_objects(definitions):
    """For ctags every JavaScript object with members is a class."""
    for definition, line in with_lines(definitions):
        if definition[2] != "class" or "class" in line:
            yield definition


def without_lambdas(definitions):
    """For ctags the parameters of Kotlin's lambdas are methods."""
    for definition, line in with_lines(definitions):
        if definition[2] != "method" or re.search(r"\bfun\b", line):
            yield definition


def without_callbacks(definitions):
    """For ctags a Lua line with `function` in it defines whatever stands before it."""
    for definition, line in with_lines(definitions):
        name, first = definition[1], line.split("\n")[0]
        defines = r"function\s+[\w.:]*%s\s*\(|%s\s*=\s*function" % (name, name)
        if name.isidentifier() and re.search(defines, first):
            yield definition


def without_repeats(definitions):
    """For ctags each equation of a Haskell function is one more function."""
    seen = set()
    for definition in definitions:
        if definition[2] != "function" or definition[:2] not in seen:
            seen.add(definition[:2])
            yield definition


def our_documents(program, lang, files):
    """One facts document per file, or None for a file that cq-facts refuses."""
    done = subprocess.run([program, "--lang", lang] + files, capture_output=True)
    if done.returncode != 0:
        if len(files) == 1:
            print("%s: %s" % (files[0], done.stderr.decode(errors="replace").strip()),
                  file=sys.stderr)
            return [None]
        return [our_documents(program, lang, [path])[0] for path in files]
    decoder, text, at, found = json.JSONDecoder(), done.stdout.decode(errors="replace"), 0, []
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        found.append(document)
    return found


class Ours:
    """What is needed of the facts of one file."""

    def __init__(self, document):
        # ctags may point at any equation of a Haskell function.
        last = "end_line" if document["lang"] == "haskell" else "line"
        self.defs = [(plain(d["name"]), d["kind"], d["line"], d["start_line"],
                      d["signature"][:100], d[last]) for d in document["defs"]]
        self.calls = {(call["name"], call["line"]) for call in document["calls"]}
        self.by_name = collections.defaultdict(list)
        for definition in self.defs:
            self.by_name[definition[0]].append(definition)
            if definition[1] in NAMED_WHOLE and "." in definition[0]:
                self.by_name[definition[0].rsplit(".", 1)[1]].append(definition)

    def fitting(self, name, kinds, line):
        return [d for d in self.by_name.get(name, ())
                if d[1] in kinds and (abs(d[2] - line) <= 3 or d[3] <= line <= d[5])]


def plain(name):
    """A name as all three write it: `operator ==`, #private and "quoted" differ."""
    return name.replace(" ", "").lstrip("#").strip("\"'")


def our_definitions(program, lang, files):
    partial = 0
    by_file = {}
    for start in range(0, len(files), 100):
        batch = files[start:start + 100]
        for path, document in zip(batch, our_documents(program, lang, batch)):
            if document:
                by_file[path] = Ours(document)
                partial += document["errors"] > 0
    return by_file, partial


class Comparison:
    """Another program's definitions against ours; kinds: what each of its kinds may be with us."""

    def __init__(self, kinds, theirs, by_file):
        self.total, self.found, self.macros = (collections.Counter() for _ in range(3))
        self.missed, self.extra = collections.defaultdict(list), collections.defaultdict(list)
        matched = set()
        for path, name, kind, line in theirs:
            if path not in by_file:
                continue
            ours = by_file[path]
            fits = ours.fitting(plain(name), kinds[kind], line)
            if not fits and kinds[kind] == CALLABLE and (name, line) in ours.calls:
                self.macros[kind] += 1
                continue
            self.total[kind] += 1
            self.found[kind] += bool(fits)
            matched.update((path, d[0], d[2]) for d in fits)
            if not fits:
                self.missed[kind].append("%s:%d %s" % (path, line, name))
        for path, ours in by_file.items():
            for name, kind, line, _, signature, _ in ours.defs:
                if (path, name, line) not in matched:
                    self.extra[kind].append("%s:%d %s" % (path, line, signature))

    def report(self, who, missed, extra):
        for kind in sorted(self.total, key=lambda k: -self.total[k]):
            apart = "  (%d more are macro calls)" % self.macros[kind] if self.macros[kind] else ""
            print("  %-14s %-5s %7d  found %7d  recall %.4f%s" %
                  (kind, who, self.total[kind], self.found[kind],
                   self.found[kind] / self.total[kind], apart))
            for line in self.missed[kind][:missed]:
                print("      missed " + line.encode("utf-8", "replace").decode())
        print("  ours, not in %s: %s" % (who, ", ".join(
            "%s %d" % (kind, len(self.extra[kind])) for kind in sorted(self.extra))))
        for kind in sorted(self.extra):
            for line in self.extra[kind][:extra]:
                print("      extra %s %s" % (kind, line))

    def below(self, least):
        return [k for k in self.total if k in CORE and self.found[k] < least * self.total[k]]

    def summary(self):
        return {"kinds": {kind: {"listed": self.total[kind], "found": self.found[kind],
                                 "macro_calls": self.macros[kind]} for kind in self.total},
                "ours_alone": {kind: len(self.extra[kind]) for kind in sorted(self.extra)}}

    def cell(self, lang, column):
        kinds = [k for k in self.total if k in COLUMNS[column] and
                 not (k == "member" and lang in FIELDS) and
                 not (k == "module" and lang not in MODULES)]
        total = sum(self.total[k] for k in kinds)
        found = sum(self.found[k] for k in kinds)
        if not total:
            return "-"
        percent = found * 10000 // total / 100  # never rounded up to 100
        return "%.2f %% of %d" % (percent, total)


def measure(args, lang, sources):
    """(files, files with errors, {"ctags": Comparison, "tags": Comparison})"""
    language, extensions, kinds = LANGS[lang]
    files = list(source_files(sources, extensions))
    by_file, partial = our_definitions(args.facts, lang, files)
    listed = ctags_definitions(lang, language, kinds, files)
    if lang == "javascript":
        listed = without_objects(listed)
    if lang == "kotlin":
        listed = without_lambdas(listed)
    if lang == "lua":
        listed = without_callbacks(listed)
    if lang == "haskell":
        listed = without_repeats(listed)
    against = {"ctags": Comparison(kinds, listed, by_file)}
    tags = grammar_definitions(args.tags, lang, files) if args.tags else None
    if tags is not None:
        found = dict(TAG_KINDS)
        if lang == "elixir":  # its query has one name for all that begins with "def"
            found["function"] = CALLABLE | {"macro"}
            found["module"] = NAMED_WHOLE
        against["tags"] = Comparison(found, tags, by_file)
    return len(by_file), partial, against


def table(args):
    columns = list(COLUMNS)
    with open(args.table) as lines:
        rows = [[field.strip() for field in line.split("|")] for line in lines
                if line.strip() and not line.startswith("#")]
    print("| language | source | files | " + " | ".join(
        "%s: %s" % (who, column) for who in ("ctags", "tags.scm") for column in columns) + " |")
    print("|---|---|--:|" + "--:|" * (2 * len(columns)))
    for lang, name, sources in rows:
        count, _, against = measure(args, lang, sources.split())
        cells = [against[who].cell(lang, column) if who in against else "-"
                 for who in ("ctags", "tags") for column in columns]
        print("| %s | %s | %d | %s |" % (lang, name, count, " | ".join(cells)), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--facts", required=True)
    parser.add_argument("--tags")
    parser.add_argument("--lang", choices=sorted(LANGS))
    parser.add_argument("--table", metavar="LIST")
    parser.add_argument("--missed", type=int, default=0, metavar="N")
    parser.add_argument("--extra", type=int, default=0, metavar="N")
    parser.add_argument("--min", type=float, default=0.0, metavar="R")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("sources", nargs="*")
    args = parser.parse_args()
    if args.table:
        return table(args)
    if not args.lang or not args.sources:
        parser.error("--lang and a source are needed")
    count, partial, against = measure(args, args.lang, args.sources)
    low = against["ctags"].below(args.min)
    if args.json:
        print(json.dumps({"lang": args.lang, "files": count, "with_errors": partial,
                          **{who: found.summary() for who, found in against.items()}}, indent=1))
    else:
        print("%s: %d files, %d with syntax errors" % (args.lang, count, partial))
        for who, found in against.items():
            found.report(who, args.missed, args.extra)
        if low:
            print("  below %.2f: %s" % (args.min, ", ".join(low)))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
