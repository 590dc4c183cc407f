#!/bin/sh
# What cq q lists of Python files is what ast and symtable say, and names narrowed by the index give
# what a regex gives that looks at all files.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cp -R "$CQ_SOURCE/tests/cli/q/tree" "$CQ_SOURCE/tools" "$CQ_SOURCE/tests/entities.py" "$tree"
XDG_CACHE_HOME=$tree/cache
export XDG_CACHE_HOME
exec python3 "$CQ_SOURCE/tests/entities.py" "$CQ_BUILD/cq" "$tree"
