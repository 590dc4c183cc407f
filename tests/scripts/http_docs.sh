#!/bin/sh
# docs/http.md: every curl command in it is answered, and all routes and options it has exist.
set -eu
command -v curl >/dev/null || exit 77
page=$CQ_SOURCE/docs/http.md
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-http.XXXXXX")
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
mkdir -m 700 "$tmp/run"
mkdir -p "$tmp/work/src"
export CQ_CACHE_DIR="$tmp/cache" XDG_RUNTIME_DIR="$tmp/run" PATH="$CQ_BUILD:$PATH" CQ_INDEX_BACKGROUND=off
printf 'int main(void)\n{\n    return dictFind();\n}\n' >"$tmp/work/src/main.c"

mkfifo "$tmp/hello"
cq serve "$tmp/work" --listen 127.0.0.1:0 >"$tmp/hello" 2>"$tmp/errors" &
pid=$!
read -r hello <"$tmp/hello" || { cat "$tmp/errors" && exit 1; }
CQ=$(expr "$hello" : '{"listening":\["\([^"]*\)"')
export CQ

# curl --json came with 7.82.
grep '^curl ' "$page" | sed "s|--json|-H 'Content-Type: application/json' -d|" >"$tmp/commands"
[ "$(wc -l <"$tmp/commands")" -ge 8 ] || { echo "commands are missing in $page" && exit 1; }
while read -r command; do
    sh -c "$(printf '%s' "$command" | sed 's/^curl /curl --fail-with-body --max-time 60 /')" >"$tmp/said" 2>&1 ||
        { echo "failed: $command" && cat "$tmp/said" && exit 1; }
    [ -s "$tmp/said" ] || { echo "said nothing: $command" && exit 1; }
    echo "ok $command"
done <"$tmp/commands"

for option in $(grep -o -e '`--[a-z-]*' "$page" | tr -d '`' | sort -u); do
    case $option in --format | --plan | --events | --csv | --index-dir | --args) continue ;; esac
    cq help serve | grep -q -e "$option" || { echo "no option $option" && exit 1; }
done
kill "$pid"
wait "$pid"
pid=
echo "ok exit code 0"
