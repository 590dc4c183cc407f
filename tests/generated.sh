#!/bin/sh
# tests/generated.sh CQ - the man page and the completions that cq writes are well formed.
set -eu
cq=$1
bad=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-generated.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

"$cq" help --man >"$tmp/cq.1"
head -n 3 "$tmp/cq.1" | grep -q '^\.TH ' || { echo "cq help --man: does not begin with .TH" && bad=1; }
groff -man -Tutf8 -ww -z -k "$tmp/cq.1" >"$tmp/log" 2>&1 || bad=1
if [ -s "$tmp/log" ]; then cat "$tmp/log" && bad=1; fi

for shell in bash zsh fish; do
    "$cq" completion $shell >"$tmp/$shell"
    [ -s "$tmp/$shell" ] || { echo "cq completion $shell: empty" && bad=1; }
    if command -v $shell >/dev/null; then
        $shell -n "$tmp/$shell" || { echo "cq completion $shell: not valid $shell" && bad=1; }
    fi
done
exit $bad
