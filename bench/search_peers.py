#!/usr/bin/env python3
"""Compares `cq search` from an index with ripgrep, git grep and codesearch over one folder.

    bench/search_peers.py --cq build/release/cq DIR [--rare NAMES] [--common NAMES] [--rounds N]

NAMES are separated by commas; without them some are chosen from what stands in DIR. All programs
look for whole words, and ignore case when the name has no upper-case letter; each is a new process
whose output is read to its end. They take turns in each round, so that whatever else the machine
does meets them all. Printed are, for each name, the median time of cq, and for each peer the ratio
cq / peer: median over the rounds, and from the 10th to the 90th percentile. A ratio below 1 means
that cq was faster. A peer that is not installed is left out; so is `git grep` outside git.
cq also says what each hit is, and ranks them; the peers list lines.
"""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{4,}")


def choose_names(cq, folder, count):
    """Names in a sample of the files: some that stand in one or two, some of the commonest."""
    listed = subprocess.run([cq, "search", "-E", ".", "--files"], cwd=folder, capture_output=True, check=False)
    files = sorted(name for name in listed.stdout.decode(errors="replace").splitlines())
    step = max(1, len(files) // 1500)
    found = collections.Counter()
    for name in files[::step]:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                found.update(set(WORD.findall(file.read(1 << 20))))
        except OSError:
            pass
    by_count = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    once = sorted(word for word, files in by_count if files == 1 and len(word) > 9)
    rare = [once[len(once) * (2 * i + 1) // (2 * count)] for i in range(count)] if once else []
    common = [word for word, _ in by_count[10:10 + 20 * count:20]]
    return [[word.decode() for word in words] for words in (rare, common)]


def commands(args, name, index):
    """Program -> (argv, environment)."""
    env = dict(os.environ, CSEARCHINDEX=index)
    fold = [] if re.search("[A-Z]", name) else ["-i"]
    all_of = {"cq": ([args.cq, "search", name], env),
              "cq without index": ([args.cq, "search", name], dict(env, CQ_INDEX_ENABLED="0"))}
    if shutil.which("rg"):
        all_of["ripgrep"] = (["rg", "--no-config", "-n", "-w", "-F", *fold, name], env)
    if os.path.isdir(os.path.join(args.dir, ".git")):
        all_of["git grep"] = (["git", "grep", "-n", "-w", "-F", *fold, name], env)
    if index:
        all_of["codesearch"] = (["csearch", "-n", *fold, r"\b%s\b" % name], env)
    return all_of


def run(folder, argv, env):
    start = time.perf_counter()
    subprocess.run(argv, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def at(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def compare(args, kind, name, index):
    times = collections.defaultdict(list)
    for number in range(args.rounds + 1):
        for program, (argv, env) in commands(args, name, index).items():
            seconds = run(args.dir, argv, env)
            if number:  # the first round fills the caches
                times[program].append(seconds)
    line = "%-6s %-28s cq %7.1f ms" % (kind, name, 1000 * at(times["cq"], 0.5))
    for program, values in times.items():
        if program == "cq":
            continue
        ratios = [cq / peer for cq, peer in zip(times["cq"], values)]
        line += "  %s %.2f (%.2f-%.2f)" % (program, at(ratios, 0.5), at(ratios, 0.1), at(ratios, 0.9))
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cq", required=True, type=os.path.abspath)
    parser.add_argument("dir", type=os.path.abspath)
    parser.add_argument("--rare", default="")
    parser.add_argument("--common", default="")
    parser.add_argument("--rounds", type=int, default=21)
    args = parser.parse_args()
    built = subprocess.run([args.cq, "index"], cwd=args.dir, stdout=subprocess.DEVNULL, check=False)
    if built.returncode:
        return built.returncode
    rare, common = args.rare.split(",") if args.rare else [], args.common.split(",") if args.common else []
    if not rare and not common:
        rare, common = choose_names(args.cq, args.dir, 3)
    with tempfile.TemporaryDirectory() as scratch:
        index = os.path.join(scratch, "csearchindex") if shutil.which("cindex") else ""
        if index:
            subprocess.run(["cindex", args.dir], env=dict(os.environ, CSEARCHINDEX=index),
                           stderr=subprocess.DEVNULL, check=False)
        for name in rare:
            compare(args, "rare", name, index)
        for name in common:
            compare(args, "common", name, index)
    return 0


if __name__ == "__main__":
    sys.exit(main())
