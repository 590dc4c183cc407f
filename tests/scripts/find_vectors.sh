#!/bin/sh
# `cq index` and `cq find` with vectors from an embedding server: one that is well, and every way of
# being unwell. The server is a process of its own (tests/embed.py).
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-find-vectors.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
mkdir "$tmp/work"
cd "$tmp/work"
exec /usr/bin/python3 "$CQ_SOURCE/tests/find_vectors.py" "$CQ_BUILD/cq" "$tmp"
