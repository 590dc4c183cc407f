#!/bin/sh
# tools/fuzz.sh - runs each libFuzzer program (or TARGET=name) for SECONDS=60; stops at a finding.
# New inputs gather in build/fuzz/corpus/NAME; copy the telling ones to fuzz/corpus/NAME.
set -eu
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
ran=0
for source in fuzz/*.c; do
    name=${source##*/} name=${name%.c}
    [ -e "$source" ] || continue
    [ -z "${TARGET:-}" ] || [ "$TARGET" = "$name" ] || continue
    mkdir -p "build/fuzz/corpus/$name" build/fuzz/findings
    set -- -max_total_time="${SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name"
    if [ -e "fuzz/$name.dict" ]; then set -- -dict="fuzz/$name.dict" "$@"; fi
    if [ -d "fuzz/corpus/$name" ]; then set -- "$@" "fuzz/corpus/$name"; fi
    if ! "build/fuzz/fuzz-$name" "$@" >"build/fuzz/$name.log" 2>&1; then
        tail -n 60 "build/fuzz/$name.log" >&2
        echo "fuzz-$name: a finding; the log is build/fuzz/$name.log" >&2
        exit 1
    fi
    awk -v name="$name" '
        /^stat::number_of_executed_units/ { runs = $2 }
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
        /^Done / { seconds = $(NF - 1) }
        END { printf "fuzz-%s: no finding in %s runs, %s s, %s edges covered\n", name, runs, seconds, cov }
    ' "build/fuzz/$name.log"
    ran=1
done
if [ $ran = 0 ]; then
    echo "fuzz: there is no fuzz/${TARGET:-*}.c" >&2
    exit 1
fi
