#!/usr/bin/env python3
"""search_index.py CQ [ROUNDS [SEED]] - a search answers the same with a published index and without.

Makes a small repository, edits it at random (also twice within a second, with the same size, by
renames and deletions) and asks random patterns both ways. The whole JSON answers must be equal, but
for what the index is said to have saved: with an index, hits are told from stored facts; without,
here, by a parse of each whole file. Sometimes bytes of the index are changed, which must change no
answer either. Prints how much was saved.
"""
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = ["alpha", "Beta", "gamma_ray", "delta9", "sk", "Kelvin", "x", "\u017fharp", "\u212aey", "caf\u00e9", "TODO", "alphabet"]
PATTERNS = WORDS + ["alpha|Beta", "gam+a", "del.a9 ", "^int", "x$", "[ab]lpha", "alph", "no_such_name", "a b", "(", "SK", "key", "sharp"]
PATTERNS += ["def \\w+", "int \\w+\\(", "return \\w+\\(", "self", "import", "str", "name", "\\w+ = ", "e", "co"]
OPTIONS = [[], [], ["-i"], ["--word"], ["--regex"], ["-F"], ["--in", "src"], ["--classify", "none"], ["--skipped"],
           ["--lang", "c"], ["--lang", "python"], ["--count"], ["--files"], ["--classify", "all"]]
SOURCES = glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "lang", "*", "*", "input.*"))


def source(rng):
    """Real code of any language, or a part of it: something is left open then."""
    path = rng.choice(SOURCES)
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    if rng.randrange(3) == 0:
        lines = lines[rng.randrange(len(lines)):]
    return b"\n".join(lines), os.path.splitext(path)[1]


def text(rng):
    lines = []
    for _ in range(rng.randrange(1, 30)):
        words = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 6)))
        lines.append(rng.choice(["int %s = 1;", "// %s", "def %s():", "%s", '"%s"']) % words)
    data = rng.choice(["\n", "\n", "\r\n"]).join(lines).encode()
    kind = rng.randrange(12)
    if kind == 0:
        return data + b"\0binary"
    if kind == 1:
        return b"\xff\xfe" + data
    if kind == 2:
        return b"\xef\xbb\xbf" + data
    return data


class Tree:
    def __init__(self, root, rng):
        self.root, self.rng, self.count = root, rng, 0

    def names(self):
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f != ".git"]
            found += [os.path.join(folder, f) for f in files]
        return sorted(found)

    def add(self):
        self.count += 1
        folder = os.path.join(self.root, self.rng.choice(["", "src", "src/deep", "docs"]))
        os.makedirs(folder, exist_ok=True)
        data, end = source(self.rng)
        if self.rng.randrange(3) == 0:
            data, end = text(self.rng), self.rng.choice([".c", ".h", ".py", ".txt", ".md", ""])
        self.write(os.path.join(folder, "f%d%s" % (self.count, end)), data)

    @staticmethod
    def write(path, data):
        with open(path, "wb") as file:
            file.write(data)

    def edit(self):
        names = self.names()
        if len(names) < 10:
            return self.add()
        path, how = self.rng.choice(names), self.rng.randrange(7)
        if how == 0:
            os.remove(path)
        elif how == 1:
            os.rename(path, path + "_renamed.c")
        elif how == 2:  # the same size, perhaps the same second
            with open(path, "rb") as file:
                data = bytearray(file.read())
            for i, byte in enumerate(data):
                if 97 <= byte < 122 and self.rng.randrange(4) == 0:
                    data[i] = byte + 1
            self.write(path, bytes(data))
        elif how == 3:
            os.chmod(path, self.rng.choice([0o644, 0o755]))
        elif how == 4:
            os.utime(path)
        else:
            self.write(path, self.rng.choice([text(self.rng), source(self.rng)[0]]))
        return None

    def pattern(self):
        """One of the list, or a name that stands somewhere, with what follows it at times."""
        if self.rng.randrange(2):
            return self.rng.choice(PATTERNS)
        with open(self.rng.choice(self.names()), "rb") as file:
            words = re.findall(rb"[A-Za-z_]{2,}[^\n\0]{0,9}", file.read())
        word = self.rng.choice(words or [b"alpha"]).decode("latin-1")
        return word if self.rng.randrange(4) == 0 else re.match("[A-Za-z_]+", word).group()


class Damage:
    """One byte of the index is another one, for a while."""

    def __init__(self, rng, folder):
        files = glob.glob(os.path.join(folder, "**", "*.seg"), recursive=True)
        self.path, self.at = (rng.choice(files) if files else None), 0
        if self.path:
            self.at = rng.randrange(os.path.getsize(self.path))

    def flip(self):
        if not self.path:
            return
        with open(self.path, "r+b") as file:
            file.seek(self.at)
            byte = file.read(1)
            file.seek(self.at)
            file.write(bytes([byte[0] ^ 0x41]))

    def __enter__(self):
        self.flip()

    def __exit__(self, *_):
        self.flip()


def ask(cq, root, args, index):
    env = dict(os.environ, CQ_INDEX_ENABLED="1" if index else "0", CQ_TEST_PARSE_WHOLE="1")
    ran = subprocess.run([cq, "search", *args, "--format", "json"], cwd=root, env=env, capture_output=True, check=False)
    if not ran.stdout.startswith(b"{"): # only counts or names of files; or nothing
        return ran.returncode, ran.stdout or ran.stderr
    answer = json.loads(ran.stdout)
    saved = answer["summary"].pop("ruled_out", 0)
    answer.pop("run")
    return ran.returncode, answer, saved


def main():
    cq = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    top = tempfile.mkdtemp(prefix="cq-search-index.")
    os.environ["CQ_CACHE_DIR"] = os.path.join(top, "cache")
    os.environ["CQ_INDEX_BACKGROUND"] = "thread"  # no builder lives on while bytes are changed
    root = os.path.join(top, "tree")
    os.mkdir(root)
    subprocess.run(["git", "init", "-q", root], check=True)
    tree, saved, searched, hits = Tree(root, rng), 0, 0, 0
    for _ in range(40):
        tree.add()
    for number in range(rounds):
        if number % 50 == 0:
            time.sleep(2.3)  # else all files changed too shortly before the index to be left out
        if number % 10 == 0:
            subprocess.run([cq, "find", "alpha"], cwd=root, capture_output=True, check=False)
        for _ in range(rng.randrange(3)):
            tree.edit()
        args = [tree.pattern()]
        args = rng.choice(OPTIONS) + args
        if rng.randrange(4):
            with_index = ask(cq, root, args, True)
        else:
            with Damage(rng, os.environ["CQ_CACHE_DIR"]):
                with_index = ask(cq, root, args, True)
        without = ask(cq, root, args, False)
        hits += len(without) == 3 and without[1]["summary"]["hits"]
        if with_index[:2] != without[:2]:
            print("round %d, seed %d: cq search %s differs in %s" % (number, seed, " ".join(args), root))
            print("with:   ", str(with_index)[:2000])
            print("without:", str(without)[:2000])
            return 1
        if len(with_index) == 3:
            saved += with_index[2]
            searched += with_index[1]["summary"]["scanned"]
    shutil.rmtree(top)
    print("%d searches alike, %d hits; of %d files %d were ruled out by the index" % (rounds, hits, searched, saved))
    return 0 if saved else 1


if __name__ == "__main__":
    sys.exit(main())
