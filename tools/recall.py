#!/usr/bin/env python3
"""Compares the definitions that cq-facts finds with those of universal-ctags, on real source.

usage: tools/recall.py --facts CQ_FACTS --lang LANG [--missed N] [--extra N] [--min R] DIR...

Prints, per kind: how many ctags lists, how many of these we find (same file, same name, a kind that
fits, at most 3 lines apart), and how many we list that ctags does not. What ctags calls a function
and we a call of a macro, such as TEST(name) { ... }, is counted apart. --missed and --extra show
examples. With --min, exit 1 when functions, classes or methods are found less often than R.
Differences are to be looked at, not to be believed: ctags guesses too.
"""

import argparse
import collections
import json
import os
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
        "namespace": {"module"}}),
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
        "methodSpec": CALLABLE, "anonMember": {"field"}}),
    "java": ("Java", ["java"], {
        "method": CALLABLE, "class": {"class"}, "interface": {"interface"}, "enum": {"enum"},
        "annotation": {"interface", "type"}, "field": VALUES, "enumConstant": {"enum_member"}}),
    "javascript": ("JavaScript", ["js", "mjs", "cjs", "jsx"], {
        "function": CALLABLE, "method": CALLABLE, "class": {"class"}, "getter": CALLABLE,
        "setter": CALLABLE, "generator": CALLABLE, "constant": VALUES | CALLABLE | {"class"},
        "variable": VALUES | CALLABLE | {"class"}, "field": {"field", "method"}}),
    "typescript": ("TypeScript", ["ts", "mts"], {
        "function": CALLABLE, "method": CALLABLE, "class": {"class"}, "interface": {"interface"},
        "enum": {"enum"}, "enumerator": {"enum_member"}, "namespace": {"module"},
        "alias": {"type"}, "generator": CALLABLE, "property": {"field"},
        "constant": VALUES | CALLABLE, "variable": VALUES | CALLABLE}),
    "bash": ("Sh", ["sh", "bash"], {"function": CALLABLE}),
}
LANGS["tsx"] = ("TypeScript", ["tsx"], LANGS["typescript"][2])
CORE = {"function", "method", "member", "class", "func", "struct"}  # what --min judges


def source_files(folders, extensions):
    for folder in folders:
        if os.path.isfile(folder):
            yield folder
        for root, dirs, names in os.walk(folder):
            dirs[:] = sorted(d for d in dirs if not d.startswith("."))
            for name in sorted(names):
                path = os.path.join(root, name)
                if name.rsplit(".", 1)[-1] in extensions and os.path.isfile(path):
                    yield path


def ctags_definitions(language, kinds, files):
    command = ["ctags", "--languages=" + language, "--language-force=" + language, "--sort=no",
               "--fields=Kn", "--kinds-%s=*" % language, "-f", "-", "-L", "-"]
    done = subprocess.run(command, input="\n".join(files), capture_output=True, text=True,
                          errors="surrogateescape", check=True)
    for line in done.stdout.splitlines():
        if line.startswith("!"):
            continue
        name, path, rest = line.split("\t", 2)
        kind, line_field = rest.rsplit(';"\t', 1)[1].split("\t")[:2]
        if kind in kinds and not name.startswith("__anon"):
            yield path, name, kind, int(line_field.split(":")[1])


def our_documents(program, lang, files):
    """One facts document per file, or None for a file that cq-facts refuses."""
    done = subprocess.run([program, "--lang", lang] + files, capture_output=True)
    if done.returncode != 0:
        if len(files) == 1:
            print("%s: %s" % (files[0], done.stderr.decode(errors="replace").strip()))
            return [None]
        return [our_documents(program, lang, [path])[0] for path in files]
    decoder, text, at, found = json.JSONDecoder(), done.stdout.decode(), 0, []
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        found.append(document)
    return found


def our_definitions(program, lang, files):
    partial = 0
    by_file = {}
    for start in range(0, len(files), 100):
        batch = files[start:start + 100]
        for path, document in zip(batch, our_documents(program, lang, batch)):
            if document:
                by_file[path] = document
                partial += document["errors"] > 0
    return by_file, partial


def compare(kinds, tags, by_file):
    index = {path: collections.defaultdict(list) for path in by_file}
    calls = {}
    for path, document in by_file.items():
        for definition in document["defs"]:
            index[path][definition["name"]].append(definition)
        calls[path] = {(call["name"], call["line"]) for call in document["calls"]}
    total, found, macros = collections.Counter(), collections.Counter(), collections.Counter()
    missed, matched = collections.defaultdict(list), set()
    for path, name, kind, line in tags:
        if path not in index:
            continue
        fits = [d for d in index[path].get(name, ()) if d["kind"] in kinds[kind] and
                (abs(d["line"] - line) <= 3 or d["start_line"] <= line <= d["line"])]
        if not fits and kinds[kind] == CALLABLE and (name, line) in calls[path]:
            macros[kind] += 1
            continue
        total[kind] += 1
        if fits:
            found[kind] += 1
            matched.update((path, d["name"], d["line"]) for d in fits)
        else:
            missed[kind].append("%s:%d %s" % (path, line, name))
    extra = collections.defaultdict(list)
    for path, document in by_file.items():
        for d in document["defs"]:
            if (path, d["name"], d["line"]) not in matched:
                extra[d["kind"]].append("%s:%d %s" % (path, d["line"], d["signature"][:100]))
    return total, found, macros, missed, extra


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--facts", required=True)
    parser.add_argument("--lang", required=True, choices=sorted(LANGS))
    parser.add_argument("--missed", type=int, default=0, metavar="N")
    parser.add_argument("--extra", type=int, default=0, metavar="N")
    parser.add_argument("--min", type=float, default=0.0, metavar="R")
    parser.add_argument("dirs", nargs="+")
    args = parser.parse_args()
    language, extensions, kinds = LANGS[args.lang]
    files = list(source_files(args.dirs, extensions))
    by_file, partial = our_definitions(args.facts, args.lang, files)
    tags = list(ctags_definitions(language, kinds, files))
    total, found, macros, missed, extra = compare(kinds, tags, by_file)

    print("%s: %d files, %d with syntax errors" % (args.lang, len(by_file), partial))
    low = []
    for kind in sorted(total, key=lambda k: -total[k]):
        recall = found[kind] / total[kind]
        apart = "  (%d more are macro calls)" % macros[kind] if macros[kind] else ""
        print("  %-14s ctags %6d  found %6d  recall %.4f%s" %
              (kind, total[kind], found[kind], recall, apart))
        for line in missed[kind][:args.missed]:
            print("      missed " + line)
        if kind in CORE and recall < args.min:
            low.append(kind)
    print("  ours alone: " + ", ".join("%s %d" % (kind, len(extra[kind])) for kind in sorted(extra)))
    for kind in sorted(extra):
        for line in extra[kind][:args.extra]:
            print("      extra %s %s" % (kind, line))
    if low:
        print("  below %.2f: %s" % (args.min, ", ".join(low)))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
