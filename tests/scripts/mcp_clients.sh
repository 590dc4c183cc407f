#!/bin/sh
# The official clients of the Model Context Protocol: the inspector's command line calls every tool; of
# the conformance suite, every scenario passes that does not ask for tools, prompts and resources of the
# suite's own. Skipped where they are not fetched (tools/fetch-mcp.sh) or Node is missing.
set -eu
bin=$CQ_SOURCE/build/mcp/node_modules/.bin
if [ ! -x "$bin/conformance" ] || ! command -v node >/dev/null; then exit 77; fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-mcp.XXXXXX")
bridge=
trap 'if [ "$bridge" ]; then kill "$bridge"; fi; rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME="$tmp/cache"
mkdir "$tmp/work" && cd "$tmp/work" && git init -q .
printf 'int add(int a, int b)\n{\n    return a + b;\n}\n\nint twice(int a)\n{\n    return add(a, a);\n}\n' >one.c

inspect() { # ARGUMENTS... : the answer is JSON, and no error
    if ! "$bin/mcp-inspector" --cli "$CQ_BUILD/cq" --root "$PWD" mcp "$@" >"$tmp/out" 2>&1 ||
        grep -q '"isError": true' "$tmp/out"; then
        echo "inspector $*:" && cat "$tmp/out" && exit 1
    fi
}
inspect --method tools/list
for tool in $(sed -n 's/^      "name": "\(.*\)",$/\1/p' "$tmp/out"); do
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

"$CQ_SOURCE/tests/mcp_bridge.py" "$CQ_BUILD/cq" "$PWD" >"$tmp/port" &
bridge=$!
while [ ! -s "$tmp/port" ]; do sleep 0.1; done
read -r port <"$tmp/port"
for scenario in server-initialize logging-set-level ping completion-complete tools-list resources-list \
    prompts-list server-sse-multiple-streams dns-rebinding-protection; do
    if ! "$bin/conformance" server --url "http://127.0.0.1:$port/mcp" --scenario $scenario \
        >"$tmp/out" 2>&1; then
        echo "conformance $scenario:" && cat "$tmp/out" && exit 1
    fi
done
