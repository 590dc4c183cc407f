#!/bin/sh
# The official clients of the Model Context Protocol, over standard input and output and over HTTP: the
# inspector's command line and the client of the TypeScript SDK call every tool; of the conformance
# suite every scenario passes that tests/mcp/conformance.yaml does not list.
# Skipped where they are not fetched (tools/fetch-mcp.sh) or Node is missing.
set -eu
modules=$CQ_SOURCE/build/mcp/node_modules
bin=$modules/.bin
if [ ! -x "$bin/conformance" ] || ! command -v node >/dev/null; then exit 77; fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-mcp.XXXXXX")
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$tmp"' EXIT
mkdir -m 700 "$tmp/run"
export XDG_CACHE_HOME="$tmp/cache" XDG_RUNTIME_DIR="$tmp/run" CQ_INDEX_BACKGROUND=off CQ_TOKEN=0123456789abcdef
mkdir "$tmp/work" && cd "$tmp/work" && git init -q .
printf 'int add(int a, int b)\n{\n    return a + b;\n}\n\nint twice(int a)\n{\n    return add(a, a);\n}\n' >one.c

mkfifo "$tmp/hello"
"$CQ_BUILD/cq" serve "$PWD" --listen 127.0.0.1:0 >"$tmp/hello" 2>"$tmp/errors" &
pid=$!
read -r hello <"$tmp/hello" || { cat "$tmp/errors" && exit 1; }
url=$(expr "$hello" : '{"listening":\["\([^"]*\)"')/mcp

inspect() { # ARGUMENTS... : the answer is JSON, and no error
    if [ "$over" = http ]; then set -- "$url" --transport http "$@"; else set -- "$CQ_BUILD/cq" --root "$PWD" mcp "$@"; fi
    if ! "$bin/mcp-inspector" --cli "$@" >"$tmp/out" 2>&1 || grep -q '"isError": true' "$tmp/out"; then
        echo "inspector $*:" && cat "$tmp/out" && exit 1
    fi
}
for over in stdio http; do
    inspect --method tools/list
    tools=$(sed -n 's/^      "name": "\(.*\)",$/\1/p' "$tmp/out")
    [ "$(echo "$tools" | wc -l)" -eq 6 ] || { echo "these are not the six tools: $tools" && exit 1; }
    for tool in $tools; do
        case $tool in
        search) inspect --method tools/call --tool-name search --tool-arg pattern=add ;;
        find) inspect --method tools/call --tool-name find --tool-arg question=add ;;
        symbols) inspect --method tools/call --tool-name symbols --tool-arg entity=function ;;
        calls) inspect --method tools/call --tool-name calls --tool-arg target=add ;;
        read) inspect --method tools/call --tool-name read --tool-arg path=one.c ;;
        run) inspect --method tools/call --tool-name run --tool-arg op=help ;;
        *) echo "no call of the tool $tool" && exit 1 ;;
        esac
    done
    for method in resources/list resources/templates/list prompts/list; do inspect --method $method; done
    echo "ok inspector over $over"
done

node "$CQ_SOURCE/tests/mcp/sdk_client.mjs" "$modules" "$url" $CQ_TOKEN >"$tmp/out" 2>&1 || { cat "$tmp/out" && exit 1; }
echo "ok client of the SDK"

if ! "$bin/conformance" server --url "$url" --suite all \
    --expected-failures "$CQ_SOURCE/tests/mcp/conformance.yaml" >"$tmp/out" 2>&1; then
    tail -60 "$tmp/out" && exit 1
fi
echo "ok conformance: $(grep -c '✓' "$tmp/out") scenarios pass"

kill "$pid"
wait "$pid"
pid=
