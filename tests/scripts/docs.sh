#!/bin/sh
# docs/commands.md is what cq says of itself.
set -eu
"$CQ_BUILD/cq" help --markdown | diff -u "$CQ_SOURCE/docs/commands.md" - || {
    echo "docs/commands.md is not up to date; run: cq help --markdown >docs/commands.md"
    exit 1
}
