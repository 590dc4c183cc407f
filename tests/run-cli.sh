#!/bin/sh
# tests/run-cli.sh [--update] CQ CASE.sh - runs one command-line test and compares what comes out.
#
#   CASE.sh               run by sh, with `cq` in PATH, in a fresh copy of the `tree` folder beside it
#                         (or one level up), else in an empty folder; stdin is empty
#   CASE.stdout.exact     its standard output
#   CASE.stdout.glob      or: a shell pattern for each line; a line `...` stands for any lines
#   CASE.stderr.glob      the same for standard error
#   CASE.exit             its exit code, 0 without the file
#
# What has no file must be empty; `# stdout: unchecked` (or stderr) in CASE.sh lifts that. The temporary
# folder is shown as @TMP@ in what is compared. Standard output that is one JSON document with a
# member "$schema" or "schema" is validated against `cq schema OP` (OP: the folder of the case, or
# run.command of the document). --update rewrites .exit and .stdout.exact, never patterns.
#
# A line `# needs: FILE` skips the case (exit code 77) where that file is not beside cq, and
# `# needs-program: NAME` where there is no such program.
#
# The case sees: CQ_SOURCE the repository, CQ_CASES its own folder. CQ_WRAPPER="valgrind -q" runs cq
# under another program.
set -u
export LC_ALL=C
update=
if [ "$1" = --update ]; then update=1 && shift; fi
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
script=$(realpath "$2")
cases=${script%/*}
expect=${script%.sh}
name=${cases##*/}/${expect##*/}
wrapper=${CQ_WRAPPER:-}
needs=$(sed -n 's/^# needs: //p' "$script")
if [ "$needs" ] && [ ! -e "${binary%/*}/$needs" ]; then
    echo "$name: skipped: there is no $needs beside cq"
    exit 77
fi
needs=$(sed -n 's/^# needs-program: //p' "$script")
if [ "$needs" ] && ! command -v "$needs" >/dev/null; then
    echo "$name: skipped: there is no $needs"
    exit 77
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-cli.XXXXXX") || exit 1
tmp=$(realpath "$tmp")
trap 'chmod -R u+rwx "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 129' HUP INT TERM

mkdir "$tmp/bin" "$tmp/home" "$tmp/tmp" "$tmp/run"
if [ "$wrapper" ]; then
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$wrapper" "$binary" >"$tmp/bin/cq"
    chmod +x "$tmp/bin/cq"
else
    ln -s "$binary" "$tmp/bin/cq"
fi
for tree in "$cases/tree" "${cases%/*}/tree"; do
    if [ -d "$tree" ]; then
        cp -R "$tree/." "$tmp/run/" && break
    fi
done

# Nothing of the user's: no settings, no git configuration, no repository around the copy.
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\|GIT_[A-Z_]*\|XDG_[A-Z_]*\|OTEL_[A-Z_]*\)=.*/\1/p'); do
    unset "$variable"
done
export CQ_SOURCE="${here%/*}" CQ_CASES="$cases" PATH="$tmp/bin:$PATH" HOME="$tmp/home" TMPDIR="$tmp/tmp"
export XDG_CONFIG_HOME="$tmp/home/.config" XDG_CACHE_HOME="$tmp/home/.cache" XDG_DATA_HOME="$tmp/home/.data"
export XDG_STATE_HOME="$tmp/home/.state" XDG_RUNTIME_DIR="$tmp/tmp" NO_COLOR=1 TERM=dumb TZ=UTC
export CQ_RUNTIME_FIND_DEADLINE_MS=60000 # answers do not depend on how fast the machine is
export CQ_INDEX_BACKGROUND=thread # no process outlives a case that does not ask for it
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$tmp/home/.gitconfig" GIT_CEILING_DIRECTORIES="$tmp"
export GIT_AUTHOR_NAME=cq GIT_AUTHOR_EMAIL=cq@localhost GIT_COMMITTER_NAME=cq GIT_COMMITTER_EMAIL=cq@localhost
export GIT_AUTHOR_DATE="2000-01-01T00:00:00Z" GIT_COMMITTER_DATE="2000-01-01T00:00:00Z"
cat >"$GIT_CONFIG_GLOBAL" <<'CONFIG'
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
[gc]
	auto = 0
CONFIG

(cd "$tmp/run" && exec timeout -k 5 "${CASE_TIMEOUT:-120}" sh "$script") </dev/null >"$tmp/out" 2>"$tmp/err"
code=$?
sed "s|$tmp/run|@TMP@|g; s|$tmp|@TMP@|g" "$tmp/out" >"$tmp/stdout"
sed "s|$tmp/run|@TMP@|g; s|$tmp|@TMP@|g" "$tmp/err" >"$tmp/stderr"

bad=0
fail() {
    printf '%s: %s\n' "$name" "$1"
    bad=1
}

# Each line of FILE against the pattern on the same line of PATTERNS; `...` skips to where the next fits.
matches() { # FILE PATTERNS
    exec 3<"$1" 4<"$2"
    number=0 skipping=
    while IFS= read -r pattern <&4 || [ "$pattern" ]; do
        if [ "$pattern" = ... ]; then skipping=1 && continue; fi
        while :; do
            number=$((number + 1))
            if ! IFS= read -r line <&3 && [ -z "$line" ]; then
                printf 'nothing is left for this pattern: %s\n' "$pattern"
                return 1
            fi
            # shellcheck disable=SC2254 # it is a pattern
            case $line in $pattern) break ;; esac
            if [ -z "$skipping" ]; then
                printf 'line %d\n  is not like: %s\n  but is:      %s\n' "$number" "$pattern" "$line"
                return 1
            fi
        done
        skipping=
    done
    if [ -z "$skipping" ] && { IFS= read -r line <&3 || [ "$line" ]; }; then
        printf 'more than expected: %s\n' "$line"
        return 1
    fi
}

check_stream() { # stdout|stderr
    got=$tmp/$1
    if [ -e "$expect.$1.exact" ]; then
        if cmp -s "$got" "$expect.$1.exact"; then return; fi
        if [ "$update" ]; then
            cp "$got" "$expect.$1.exact" && echo "updated ${expect#"$PWD"/}.$1.exact"
        else
            diff -u "$expect.$1.exact" "$got" | sed '1,2d'
            fail "$1 is not as in $name.$1.exact (-expected, +got)"
        fi
    elif [ -e "$expect.$1.glob" ]; then
        if matches "$got" "$expect.$1.glob" >"$tmp/why"; then return; fi
        sed 's/^/| /' "$got" | head -n 120
        cat "$tmp/why"
        fail "$1 is not as in $name.$1.glob"
    elif [ -s "$got" ] && ! grep -q "^# $1: unchecked" "$script"; then
        if [ "$update" ] && [ "$1" = stdout ]; then
            cp "$got" "$expect.$1.exact" && echo "updated ${expect#"$PWD"/}.$1.exact"
        else
            sed 's/^/| /' "$got" | head -n 120
            fail "$1 is expected to be empty"
        fi
    fi
}

want=0
if [ -r "$expect.exit" ]; then read -r want <"$expect.exit"; fi
case $code in 132 | 134 | 135 | 136 | 139) fail "it crashed: exit code $code" && update= ;; esac
if [ "$code" != "$want" ] && [ "$update" ]; then
    if [ "$code" = 0 ]; then rm -f "$expect.exit"; else echo "$code" >"$expect.exit"; fi
    echo "updated ${expect#"$PWD"/}.exit"
elif [ "$code" != "$want" ]; then
    sed 's/^/| /' "$tmp/stderr" | head -n 60
    fail "exit code $code, expected $want"
fi
check_stream stdout
check_stream stderr

# A JSON document that names its schema must keep to it.
if [ "$(head -c 1 "$tmp/out")" = "{" ] && grep -qE '"\$?schema" *:' "$tmp/out"; then
    op=$(tr -d '\n' <"$tmp/out" | sed -n 's/.*"run" *: *{[^{}]*"command" *: *"\([a-z_-]*\)".*/\1/p')
    op=${op:-${cases##*/}}
    if ! cq schema "$op" >"$tmp/schema" 2>"$tmp/why"; then
        cat "$tmp/why"
        fail "\`cq schema $op\` failed, so the document could not be validated"
    elif ! "$here/validate.py" "$tmp/schema" "$tmp/out"; then
        fail "the document is not valid against \`cq schema $op\`"
    fi
fi
exit $bad
