#!/bin/sh
# docs/query.md: every example in it answers as it says, and every key has one. With --update the
# answers are written anew. The examples look at tests/cli/q/tree.
set -eu
page=$CQ_SOURCE/docs/query.md
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-query.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
export XDG_CACHE_HOME="$tmp/cache" PATH="$CQ_BUILD:$PATH" LC_ALL=C NO_COLOR=1
export XDG_CONFIG_HOME="$tmp" GIT_CEILING_DIRECTORIES="$tmp" GIT_CONFIG_GLOBAL=/dev/null
cp -R "$CQ_SOURCE/tests/cli/q/tree" "$tmp/work"
cd "$tmp/work"
mkdir .git
cq --root . index build >/dev/null

# `$ command` lines of console blocks are run; what follows up to the next one is their answer.
cat >"$tmp/fill.py" <<'PYTHON'
import subprocess, sys
inside, skipping = False, False
for line in open(sys.argv[1], encoding="utf-8").read().splitlines():
    if line.startswith("```"):
        inside, skipping = line == "```console", False
    if inside and line.startswith("$ "):
        print(line)
        done = subprocess.run(["sh", "-c", line[2:]], capture_output=True, text=True)
        print(done.stdout + done.stderr, end="")
        skipping = True
    elif not skipping:
        print(line)
PYTHON
/usr/bin/python3 "$tmp/fill.py" "$page" >"$tmp/page"
if [ "${1:-}" = --update ]; then cp "$tmp/page" "$page"; fi
diff -u "$page" "$tmp/page" || {
    echo "docs/query.md does not show what cq answers; tests/scripts/query_docs.sh --update"
    exit 1
}

sed -n '/^ENTITY_KEY(/s/^ENTITY_KEY([^,]*, "\([^"]*\)".*/\1/p' "$CQ_SOURCE/src/service/entity_keys.def" >"$tmp/keys"
[ "$(wc -l <"$tmp/keys")" -gt 40 ]
grep '^\$ ' "$page" >"$tmp/examples"
while read -r key; do
    grep -qE "(^|[ '\"])$key=" "$tmp/examples" || { echo "docs/query.md has no example of $key=" && exit 1; }
    grep -qF "\`$key\`" "$page" || { echo "docs/query.md does not describe $key" && exit 1; }
done <"$tmp/keys"
sed -n 's/^ENTITY([A-Z_]*, "\([^"]*\)".*/\1/p' "$CQ_SOURCE/src/service/entity_kinds.def" >"$tmp/kinds"
while read -r kind; do
    grep -qF "\`$kind\`" "$page" || { echo "docs/query.md does not describe entity=$kind" && exit 1; }
done <"$tmp/kinds"
