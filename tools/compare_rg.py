#!/usr/bin/env python3
"""Compares the hits of `cq search` with ripgrep's, byte for byte, over one folder.

    tools/compare_rg.py --cq build/release/cq --rg build/peers/rg DIR [--most N]

The files in play are those that cq searched: git's list (or every file outside git) without the
ones cq skipped and named. For each pattern the sets of (path, line, column, end column) must be
equal. Prints one line a pattern and exits 1 on the first difference of each.
"""
import argparse
import json
import os
import subprocess
import sys

# (cq flags, ripgrep flags, pattern)
CASES = [
    # plain text
    (["-F", "-s"], ["-F"], "return"),
    (["-F", "-s"], ["-F"], "->next"),
    (["-F", "-s"], ["-F"], "!= NULL"),
    (["-F", "-s"], ["-F"], "#include <"),
    (["-F", "-s"], ["-F"], "0x7f"),
    (["-F", "-s"], ["-F"], "TODO"),
    (["-F", "-s"], ["-F"], ");"),
    (["-F", "-s"], ["-F"], "a_string_that_is_nowhere_to_be_found"),
    (["-F", "-s"], ["-F"], "\u00e9"),
    (["-F", "-s"], ["-F"], "\u2014"),
    (["-F", "-i"], ["-F", "-i"], "error"),
    (["-F", "-i"], ["-F", "-i"], "license"),
    (["-F", "-i"], ["-F", "-i"], "key"),
    (["-F"], ["-F", "-S"], "Copyright"),
    # whole words and names
    (["-w", "-s"], ["-F", "-w"], "size"),
    (["-w", "-s"], ["-F", "-w"], "free"),
    (["-w", "-s"], ["-F", "-w"], "struct"),
    (["-w", "-i"], ["-F", "-w", "-i"], "null"),
    (["-s"], ["-w"], "main"),
    ([], ["-w", "-S"], "buffer"),
    ([], ["-w", "-S", "-F"], "self.name"),
    # regular expressions
    (["-E", "-s"], [], r"[A-Z]{5,}_[A-Z]+"),
    (["-E", "-s"], [], r"\w+_t\b"),
    (["-E", "-s"], [], r"^\s*$"),
    (["-E", "-s"], [], r"if\s*\(!"),
    (["-E", "-s"], [], r"\bget\w*\("),
    (["-E", "-s"], [], r"malloc|calloc|realloc"),
    (["-E", "-s"], [], r"(static|extern)\s+(inline\s+)?int"),
    (["-E", "-s"], [], r"\"[^\"]*%s[^\"]*\""),
    (["-E", "-s"], [], r"[a-z]+[A-Z][a-z]+Err(or)?"),
    (["-E", "-s"], [], r"^#\s*define\s+\w+"),
    (["-E", "-s"], [], r"[^ -~\t]"),
    (["-E", "-s"], [], r"\d{4}-\d{2}"),
    (["-E", "-i"], ["-i"], r"un(known|expected)"),
    (["-E", "-s"], [], r"x{2,3}"),
    (["-E", "-s"], [], r"[[:upper:]]\w*\(\)"),
    (["-E", "-s"], [], r"\s+$"),
    (["-E"], ["-S"], r"fail(ed|ure)?\b"),
    (["-E", "-s", "-w"], ["-w"], r"re\w+"),
    (["-E", "-s"], [], r"a.c"),
]


def run(argv, cwd, expect):
    done = subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in expect:
        sys.exit(f"{' '.join(argv)}: status {done.returncode}\n{done.stderr.decode()}")
    return done.stdout


def cq_hits(options, flags, pattern):
    argv = [options.cq, "search", "--root", ".", "--format", "json", "--classify", "none",
            "--max-filesize", "0", "--skipped", *flags, "--", pattern]
    answer = json.loads(run(argv, options.dir, (0, 1)))
    hits = {(f["path"], f["line"], f["col"], f["end_col"]) for f in answer["findings"]}
    if len(hits) != answer["summary"]["hits"] or len(hits) != len(answer["findings"]):
        sys.exit(f"{pattern}: summary.hits is not the number of findings")
    skipped = {s["path"] for s in answer["summary"].get("skipped_files", [])}
    return hits, skipped, answer["summary"]["scanned"]


def rg_hits(options, flags, pattern):
    argv = [options.rg, "--json", "--no-ignore", "--hidden", "--no-config", "--crlf", "-g", "!.git",
            *flags, "-e", pattern, "."]
    hits = set()
    for line in run(argv, options.dir, (0, 1, 2)).splitlines():
        event = json.loads(line)
        if event["type"] != "match":
            continue
        data = event["data"]
        path = data["path"].get("text")
        if path is None:
            continue
        for part in data["submatches"]:
            hits.add((path.removeprefix("./"), data["line_number"], part["start"], part["end"]))
    return hits


def universe(options):
    if not os.path.isdir(os.path.join(options.dir, ".git")):
        return None
    listed = run(["git", "ls-files", "-z", "-co", "--exclude-standard"], options.dir, (0,))
    return {p.decode(errors="surrogateescape") for p in listed.split(b"\0") if p}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cq", required=True)
    parser.add_argument("--rg", required=True)
    parser.add_argument("--most", type=int, default=len(CASES), help="only the first N patterns")
    parser.add_argument("dir")
    options = parser.parse_args()
    options.cq, options.rg = os.path.abspath(options.cq), os.path.abspath(options.rg)
    files = universe(options)
    bad = 0
    for flags, rg_flags, pattern in CASES[: options.most]:
        ours, skipped, scanned = cq_hits(options, flags, pattern)
        theirs = {h for h in rg_hits(options, rg_flags, pattern)
                  if h[0] not in skipped and (files is None or h[0] in files)}
        missing, extra = sorted(theirs - ours), sorted(ours - theirs)
        verdict = "equal" if not missing and not extra else "DIFFERENT"
        print(f"{verdict:9} {len(ours):8} hits, {scanned} files: {' '.join(flags)} {pattern}")
        for name, rows in (("only ripgrep", missing), ("only cq", extra)):
            for row in rows[:3]:
                print(f"          {name}: {row}")
        bad += verdict != "equal"
    print(f"{len(CASES[: options.most]) - bad} patterns equal, {bad} different")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
