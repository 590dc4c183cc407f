#!/bin/sh
# What cq metrics and --metrics write passes Prometheus' own check.
set -eu
command -v promtool >/dev/null || exit 77
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-metrics.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
printf 'int main(void) { return 0; }\n' >main.c
"$CQ_BUILD/cq" metrics >all.prom
"$CQ_BUILD/cq" search main --metrics search.prom --trace trace.json >/dev/null
"$CQ_BUILD/cq" search main --metrics - >/dev/null 2>stderr.prom
for file in all.prom search.prom stderr.prom; do
    promtool check metrics <$file >log 2>&1 || { echo "$file:" && cat log && exit 1; }
    [ ! -s log ] || { echo "$file:" && cat log && exit 1; }
done
grep -qx 'requests_total{op="search",outcome="ok"} 1' search.prom
grep -q '^request_duration_seconds_bucket{op="search",le="+Inf"} 1$' stderr.prom
[ "$(ls | grep -c tmp)" = 0 ] # nothing beside it
