#!/bin/sh
# The hits of cq search equal ripgrep's on the fetched grammar sources.
set -eu
[ -x "$CQ_PEERS/rg" ] || exit 77
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/src"
# everything but the generated tables, which are megabytes of numbers
cd "$CQ_SOURCE/build/third_party"
find . -type f ! -name parser.c -size -200k | head -400 | cpio -pdm --quiet "$tree/src" 2>/dev/null ||
    find . -type f ! -name parser.c -size -200k -exec cp --parents {} "$tree/src" \;
printf 'gr\303\274n \342\204\252ey KEY key\r\nline two\r\n' >"$tree/src/crlf.txt"
printf '\357\273\277main bom\n' >"$tree/src/bom.c"
printf 'caf\351 main\n' >"$tree/src/latin1.txt"
printf 'main\000main\n' >"$tree/src/binary.bin"
printf 'no newline at the end main' >"$tree/src/last.txt"
exec /usr/bin/python3 "$CQ_SOURCE/tools/compare_rg.py" --cq "$CQ_BUILD/cq" --rg "$CQ_PEERS/rg" \
    "$tree/src"
