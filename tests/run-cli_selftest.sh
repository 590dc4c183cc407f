#!/bin/sh
# tests/run-cli_selftest.sh - tests/run-cli.sh really fails when a case does not come out as expected,
# and tests/validate.py when a document breaks its schema.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-runner.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/op/tree"
echo fixture >"$tmp/op/tree/file"
cat >"$tmp/fake-cq" <<'FAKE'
#!/bin/sh
case $1 in
schema) echo '{"type": "object", "required": ["summary"], "properties": {"n": {"type": "integer"}}}' ;;
say) printf '%b' "$2" ;;
warn) printf '%b' "$2" >&2 ;;
leave) exit "$2" ;;
esac
FAKE
chmod +x "$tmp/fake-cq"
bad=0

# outcome WANT TEXT SCRIPT [SUFFIX CONTENT]...: the runner ends with WANT (0 or 1) and says TEXT.
outcome() {
    rm -f "$tmp"/op/case.*
    want=$1 text=$2
    printf '%s\n' "$3" >"$tmp/op/case.sh"
    shift 3
    while [ $# -gt 0 ]; do
        printf '%b' "$2" >"$tmp/op/case.$1"
        shift 2
    done
    output=$("$here/run-cli.sh" "$tmp/fake-cq" "$tmp/op/case.sh" 2>&1)
    code=$?
    # shellcheck disable=SC2254
    case $code:$output in $want:*$text*) return ;; esac
    echo "expected $want and '$text', got $code:"
    echo "$output"
    sed 's/^/  /' "$tmp/op/case.sh"
    bad=1
}

outcome 0 '' 'cq say "a\nb\n"' stdout.exact 'a\nb\n'
outcome 1 'stdout is not as in' 'cq say "a\nb\n"' stdout.exact 'a\nc\n'
outcome 1 'stdout is not as in' 'cq say "a\nb"' stdout.exact 'a\nb\n'
outcome 1 'stdout is expected to be empty' 'cq say "a\n"'
outcome 0 '' 'cq say "a\n" # first line
# stdout: unchecked'
outcome 0 '' 'cq say "a1\nb\n"' stdout.glob 'a[0-9]\n*\n'
outcome 0 '' 'cq say "a\nb\nc\nd\n"' stdout.glob 'a\n...\nd\n'
outcome 0 '' 'cq say "a\nb\nc\n"' stdout.glob 'a\n...\n'
outcome 1 'is not like' 'cq say "ax\n"' stdout.glob 'a[0-9]\n'
outcome 1 'more than expected' 'cq say "a\nb\n"' stdout.glob 'a\n'
outcome 1 'nothing is left' 'cq say "a\n"' stdout.glob 'a\nb\n'
outcome 1 'nothing is left' 'cq say "a\nb\n"' stdout.glob '...\nc\n'
outcome 1 'stderr is expected to be empty' 'cq warn "a\n"'
outcome 0 '' 'cq warn "a\n"' stderr.glob '?\n'
outcome 0 '' 'cq leave 3' exit '3\n'
outcome 1 'exit code 3, expected 0' 'cq leave 3'
outcome 1 'exit code 0, expected 3' 'cq leave 0' exit '3\n'
outcome 0 '' 'cat file; pwd' stdout.exact 'fixture\n@TMP@\n'
outcome 0 '' 'echo "$HOME"; git config --list --show-origin' stdout.glob '@TMP@/home\n*init.defaultbranch=main\n...\n'
CASE_TIMEOUT=1 outcome 1 'exit code 124' 'sleep 60'
outcome 0 '' 'cq say "{\"schema\": 1, \"summary\": 2}"' stdout.glob '*\n'
outcome 1 'is not valid against' 'cq say "{\"schema\": 1}"' stdout.glob '*\n'
outcome 1 '/n: ' 'cq say "{\"\$schema\": 1, \"summary\": 1, \"n\": \"x\"}"' stdout.glob '*\n'

# --update writes .exact and .exit, and nothing afterwards.
outcome 1 '' 'cq say "new\n"; cq leave 4' stdout.exact 'old\n'
"$here/run-cli.sh" --update "$tmp/fake-cq" "$tmp/op/case.sh" >/dev/null
"$here/run-cli.sh" "$tmp/fake-cq" "$tmp/op/case.sh" || bad=1
[ "$(cat "$tmp/op/case.stdout.exact"):$(cat "$tmp/op/case.exit")" = new:4 ] || bad=1
exit $bad
