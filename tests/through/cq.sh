#!/bin/sh
# tests/through/cq.sh CQ ARGUMENT... - stands for cq in a command-line test: what a server could answer,
# one must answer. It is started when there is none yet with this environment, folder and settings, with
# a runtime folder of its own in the folder THROUGH.
binary=$1
shift
options= previous= operation=
for word; do
    case $previous in
    --root | --config | --threads) options="$options $previous $word" ;;
    esac
    case $word in
    --root=* | --config=* | --threads=* | --no-config) options="$options $word" ;;
    --) break ;;
    search | find | q | outline | read | calls | neighborhood | map | blame | history | sql) operation=$word ;;
    esac
    previous=$word
done
if [ -z "$operation" ]; then exec "$binary" "$@"; fi

# A server for each set of what makes answers differ.
top=$(git rev-parse --show-toplevel 2>/dev/null) || top=$PWD
key=$({
    env | grep -E '^(CQ_|GIT_|XDG_|OTEL_|HOME=|TMPDIR=|PATH=)' | sort
    echo "$PWD $options"
    cat "$top/.cq.yaml" .cq.yaml 2>&1
} | cksum | tr ' ' -)
run=$THROUGH/$key
if mkdir "$run" 2>/dev/null; then # once, however many commands run at once
    # shellcheck disable=SC2086 # options are words
    XDG_RUNTIME_DIR=$run "$binary" serve $options >"$run/out" 2>"$run/err" </dev/null &
    echo $! >"$run/pid"
fi
until [ -s "$run/out" ]; do
    [ -s "$run/pid" ] && ! kill -0 "$(cat "$run/pid")" 2>/dev/null && break
    sleep 0.01
done
use=only
[ -s "$run/out" ] || use=auto # the settings are bad: so will be the answer
echo "$use $*" >>"$THROUGH/log"
export CQ_SERVER=$use XDG_RUNTIME_DIR="$run"
exec "$binary" "$@"
