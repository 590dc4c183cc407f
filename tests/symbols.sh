#!/bin/sh
# tests/symbols.sh CQ LIBCQ.SO LIBCQ.A - only cq_* can be seen in the libraries, and cq itself needs
# nothing at start but libc.
set -eu
export LC_ALL=C
bad=0
say() {
    echo "$1"
    bad=1
}

for library in "$2" "$3"; do
    case $library in *.so*) dynamic=-D ;; *) dynamic= ;; esac
    symbols=$(nm $dynamic -g --defined-only "$library" | awk 'NF == 3 { print $3 }')
    others=$(printf '%s\n' "$symbols" | grep -v '^cq_' || true)
    [ -z "$others" ] || say "$library: visible, but not cq_*: $(echo $others)"
    printf '%s\n' "$symbols" | grep -q '^cq_' || say "$library: no cq_ symbol is visible; is CQ_API missing?"
done
readelf -d "$2" | grep -q 'SONAME.*\[libcq\.so\.[0-9]*\]' || say "$2: no soname"

# libm is of SQLite and of ranking; finding and mapping it costs less than 0.1 ms.
needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^(libc|libm|ld-linux.*)\.so' || true)
[ -z "$needed" ] || say "$1: linked with$(printf ' %s' $needed), which every start pays for"
readelf -h "$1" | grep -q 'Type: *EXEC' || say "$1: position-independent, so its tables are relocated at every start"
exit $bad
