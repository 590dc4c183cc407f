#!/bin/sh
# tests/train.sh CQ-TRAIN - token vectors of a small made corpus: they learn what the corpus says,
# the same run gives the same bytes, a run that was cut off goes on to the same end, and what is
# excluded is refused.
set -eu
train=$(realpath "$1")
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-train.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
fail() {
    echo "$1"
    exit 1
}

# Eight repositories. Comments speak of a matter in other words than the code: which ones belong
# together is to be learnt from some repositories and holds in the others.
/usr/bin/python3 - "$tmp" <<'EOF'
import os, random, subprocess, sys
root = sys.argv[1]
random.seed(5)
letters = "bcdfglmnprst"
def word():
    return "".join(random.choice(letters) + random.choice("aeiou") for _ in range(3))
matters = [([word() for _ in range(4)], [word() for _ in range(5)]) for _ in range(30)]
env = dict(os.environ, GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a",
           GIT_COMMITTER_EMAIL="a@b", GIT_AUTHOR_DATE="2020-01-01T00:00:00Z",
           GIT_COMMITTER_DATE="2020-01-01T00:00:00Z", GIT_CONFIG_GLOBAL="/dev/null")
for r in range(8):
    folder = f"{root}/repos/made/r{r}"
    os.makedirs(folder)
    for f in range(10):
        lines = []
        for d in range(24):
            said, done = random.choice(matters)
            lines += [f"def {random.choice(done)}_{word()}(a):",
                      f'    """{" ".join(random.sample(said, 3))}."""']
            lines += [f"    a.{random.choice(done)}({random.choice(done)})" for _ in range(4)]
            lines += [f"    return a.{word()}", ""]
        open(f"{folder}/{word()}.py", "w").write("\n".join(lines))
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all files"]):
        subprocess.run(["git", "-c", "init.defaultBranch=main", "-C", folder] + command, env=env,
                       check=True)
with open(f"{root}/list", "w") as out:
    for r in range(8):
        out.write(f"made/r{r}  # one of them\n")
EOF
cd "$tmp"
pairs() {
    "$train" pairs --list list --root repos --least-plain 2 --least-joined 2 --least-repos 1 "$@" 2>>log ||
        fail "pairs: $(tail -n 1 log)"
}
pairs --out one.pairs --threads 1
pairs --out two.pairs --threads 2
cmp one.pairs two.pairs || fail "pairs depend on the number of threads"
"$train" pairs --list list --root repos --out no --exclude other/R3 2>>log && fail "not refused"
[ ! -e no ] || fail "something was written"

fit() {
    "$train" fit --pairs one.pairs --dims 32 --batch 128 --group 64 --epochs 6 --held-out 2 \
        --warm-up 10 --rate 0.01 --patience 100 "$@" 2>fit.log || fail "fit: $(tail -n 1 fit.log)"
}
fit --out one --threads 1
hashed=$(sed -n 's/^hashed .*docs \([0-9.]*\) .*/\1/p' fit.log)
fitted=$(sed -n 's/.*docs \([0-9.]*\) .*/\1/p' fit.log | tail -n 1)
awk -v a="$hashed" -v b="$fitted" 'BEGIN { exit !(b > 2 * a && b > 0.15) }' ||
    fail "nothing was learnt: $hashed, $fitted"
fit --out two --threads 2
cmp one two || fail "the fit depends on the number of threads"
fit --out three --threads 1 --stop-after 40
cmp -s one three && fail "it did not stop"
fit --out three --threads 1
cmp one three || fail "a fit that goes on ends elsewhere"

"$train" export --pairs one.pairs --checkpoint one.best --out table 2>>log
"$train" export --pairs one.pairs --checkpoint one.best --out again 2>>log
cmp table again
"$train" inspect --model table | grep -q "tokens .*, 32 dims" || fail "inspect"
printf x | dd of=table bs=1 seek=4000 conv=notrunc 2>/dev/null
"$train" inspect --model table >/dev/null 2>log && fail "a damaged table was taken"
[ -s log ]
