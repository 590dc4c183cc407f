#!/bin/sh
# /openapi.json is an OpenAPI document that a linter finds nothing wrong with. Skipped where the linter
# is not fetched (tools/fetch-openapi.sh) or Node is missing.
set -eu
redocly=$CQ_SOURCE/build/openapi/node_modules/.bin/redocly
if [ ! -x "$redocly" ] || ! command -v node >/dev/null || ! command -v curl >/dev/null; then exit 77; fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-openapi.XXXXXX")
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$tmp"' EXIT
mkdir -m 700 "$tmp/run"
mkdir "$tmp/work"
export CQ_CACHE_DIR="$tmp/cache" XDG_RUNTIME_DIR="$tmp/run" CQ_INDEX_BACKGROUND=off
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

mkfifo "$tmp/hello"
"$CQ_BUILD/cq" serve "$tmp/work" --listen 127.0.0.1:0 >"$tmp/hello" 2>"$tmp/errors" &
pid=$!
read -r hello <"$tmp/hello" || { cat "$tmp/errors" && exit 1; }
curl -sf --max-time 60 "$(expr "$hello" : '{"listening":\["\([^"]*\)"')/openapi.json" >"$tmp/openapi.json"
lint() { "$redocly" lint --config "$CQ_SOURCE/tools/openapi/rules.yaml" --max-problems 20 "$1" >"$tmp/said" 2>&1; }
if ! lint "$tmp/openapi.json" || grep -q -i 'warning' "$tmp/said"; then
    cat "$tmp/said"
    exit 1
fi
echo "ok the document of the server"
# It finds what is wrong.
sed 's/"operationId":"get_search"/"operationId":"search"/' "$tmp/openapi.json" >"$tmp/wrong.json"
if cmp -s "$tmp/openapi.json" "$tmp/wrong.json"; then echo "no such id: get_search" && exit 1; fi
if lint "$tmp/wrong.json" && ! grep -q -i 'warning' "$tmp/said"; then
    echo "two operations of one id went unseen"
    exit 1
fi
echo "ok a wrong document is seen"
