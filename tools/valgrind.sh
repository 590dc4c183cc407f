#!/bin/sh
# tools/valgrind.sh - the unit tests and the command-line tests of the test preset under valgrind.
set -eu
cd "$(dirname "$0")/.."
CQ_WRAPPER="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
export CQ_WRAPPER
bad=0
ran=0
if [ -x build/test/cq-test ]; then $CQ_WRAPPER build/test/cq-test >build/test/valgrind.log 2>&1 || { cat build/test/valgrind.log; bad=1; }; fi
for case in tests/cli/*/*.sh; do
    [ -e "$case" ] || continue
    tests/run-cli.sh build/test/cq "$case" || bad=1
    ran=$((ran + 1))
done
echo "valgrind: the unit tests and $ran command-line tests: $([ $bad = 0 ] && echo clean || echo FAILED)"
exit $bad
