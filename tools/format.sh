#!/bin/sh
# tools/format.sh [--check] [ROOT] - lays out our C files with clang-format, or tells which lines it
# would change. Other versions lay out differently, so only version 14 is used; without it, exit 77.
set -eu
check=
if [ "${1:-}" = --check ]; then check=1 && shift; fi
tools=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$tools/..}"
format=$(command -v clang-format-14 || command -v clang-format || true)
case $("${format:-true}" --version) in
*"version 14."*) ;;
*) echo "format: clang-format 14 is not installed (tools/setup.sh check)" >&2 && exit 77 ;;
esac

files=$("$tools/sources.sh" .)
[ -n "$files" ] || exit 0
if [ "$check" ]; then
    # One line for each place, without the excerpt.
    ! "$format" --dry-run -Werror $files 2>&1 | grep -E '^[^ ]+:[0-9]+:[0-9]+: error:' |
        sed 's/:[0-9]*: error:.*/: not laid out as clang-format does (make format)/' | uniq | grep .
else
    "$format" -i $files
fi
