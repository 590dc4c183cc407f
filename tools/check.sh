#!/bin/sh
# tools/check.sh PRESET... - one ctest run over the build trees of all presets named; its last lines
# are ctest's own summary.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/check
for preset in "$@"; do
    echo "subdirs(\"../$preset\")"
done >build/check/CTestTestfile.cmake
exec ctest --test-dir build/check -j "${JOBS:-$(nproc)}" --output-on-failure --no-tests=error
