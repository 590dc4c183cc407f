#!/bin/sh
# tools/sources.sh [ROOT] - lists our own C files, which the style checks look at: not the fixtures.
cd "${1:-$(dirname "$0")/..}" || exit 1
for dir in include src train bench fuzz examples tests tools; do
    [ ! -d "$dir" ] || find "$dir" \( -path tests/cli -o -path tests/lang -o -path tests/faults \
        -o -path tests/data -o -path tests/shape -o -path fuzz/corpus \) \
        -prune -o -type f -name '*.[ch]' -print
done | LC_ALL=C sort
