#!/usr/bin/env python3
"""search_index.py CQ [ROUNDS [SEED]] - a search answers the same with a published index and without.

Makes a small repository, edits it at random (also twice within a second, with the same size, by
renames and deletions) and asks random patterns both ways. The whole JSON answers must be equal, but
for what the index is said to have saved. Prints how much that was.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

WORDS = ["alpha", "Beta", "gamma_ray", "delta9", "sk", "Kelvin", "x", "\u017fharp", "\u212aey", "caf\u00e9", "TODO", "alphabet"]
PATTERNS = WORDS + ["alpha|Beta", "gam+a", "del.a9 ", "^int", "x$", "[ab]lpha", "alph", "no_such_name", "a b", "(", "SK", "key", "sharp"]


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
        name = "f%d%s" % (self.count, self.rng.choice([".c", ".py", ".txt", ".md", ""]))
        self.write(os.path.join(folder, name), text(self.rng))

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
            self.write(path, text(self.rng))
        return None


def ask(cq, root, args, index):
    env = dict(os.environ, CQ_INDEX_ENABLED="1" if index else "0")
    ran = subprocess.run([cq, "search", *args, "--format", "json"], cwd=root, env=env, capture_output=True, check=False)
    if not ran.stdout:
        return ran.returncode, ran.stderr
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
    root = os.path.join(top, "tree")
    os.mkdir(root)
    subprocess.run(["git", "init", "-q", root], check=True)
    tree, saved, searched = Tree(root, rng), 0, 0
    for _ in range(40):
        tree.add()
    for number in range(rounds):
        if number % 10 == 0:
            subprocess.run([cq, "find", "alpha"], cwd=root, capture_output=True, check=False)
        for _ in range(rng.randrange(3)):
            tree.edit()
        args = [rng.choice(PATTERNS)]
        args += rng.choice([[], [], ["-i"], ["--word"], ["--regex"], ["-F"], ["--in", "src"], ["--classify", "none"], ["--skipped"]])
        with_index, without = ask(cq, root, args, True), ask(cq, root, args, False)
        if with_index[:2] != without[:2]:
            print("round %d, seed %d: cq search %s differs in %s" % (number, seed, " ".join(args), root))
            print("with:   ", str(with_index)[:2000])
            print("without:", str(without)[:2000])
            return 1
        if len(with_index) == 3:
            saved += with_index[2]
            searched += with_index[1]["summary"]["scanned"]
    shutil.rmtree(top)
    print("%d searches alike; of %d files %d were ruled out by the index" % (rounds, searched, saved))
    return 0 if saved else 1


if __name__ == "__main__":
    sys.exit(main())
