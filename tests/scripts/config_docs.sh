#!/bin/sh
# docs/configuration.md ends with what `cq config docs` says, its YAML is a file of settings that cq
# takes, and the problems it shows are those that cq reports.
set -eu
cq=$CQ_BUILD/cq page=$CQ_SOURCE/docs/configuration.md
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-config.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do unset "$variable"; done
cd "$tmp"

sed -n '/^### /,$p' "$page" >want
"$cq" config docs | diff -u want - || {
    echo "docs/configuration.md is not up to date: put there what \`cq config docs\` prints"
    exit 1
}

sed -n '/^```yaml$/,/^```$/p' "$page" | sed '/^```/d' >.cq.yaml
[ "$("$cq" config show --format lines | wc -l)" = 6 ]

printf 'parallelism:\n  cpu_workers: many\n' >.cq.yaml
{ "$cq" config show || CQ_RUNTIME_CPU_WORKER=3 "$cq" config show --no-config || :; } 2>said
sed -n '/^cq: /p' "$page" | diff - said
