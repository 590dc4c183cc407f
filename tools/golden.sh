#!/bin/sh
# tools/golden.sh - rewrites what the command-line tests expect, from what cq prints now.
# Look at the difference before you commit it.
set -eu
cd "$(dirname "$0")/.."
bad=0
for case in tests/cli/*/*.sh; do
    [ -e "$case" ] || continue
    tests/run-cli.sh --update "$PWD/build/test/cq" "$case" || bad=1
done
for case in tests/faults/*.sh; do
    [ -e "$case" ] || continue
    tests/run-cli.sh --update "$PWD/build/test/cq-faulty" "$case" || bad=1
done
exit $bad
