#!/bin/sh
# tools/build.sh PRESET[:TARGET]... - configures (when needed) and builds presets of CMakePresets.json.
#
# `grammars` stands for the project of the parser tables, which every preset links.
# Silent when nothing is to do; else one overwritten progress line on a terminal, and a line at the
# end. JOBS=n sets the parallelism, V=1 shows every command.
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
terminal=
if [ -t 1 ]; then terminal=1; fi

configure() { # PRESET
    dir=build/$1 where=
    if [ -r "$dir/.configured" ]; then read -r where <"$dir/.configured" || true; fi
    if [ "$where" = "$PWD" ] && [ -e "$dir/build.ninja" ] &&
        [ ! CMakePresets.json -nt "$dir/.configured" ]; then
        return 0
    fi
    if [ "$where" != "$PWD" ]; then rm -rf "$dir"; fi # made elsewhere, or only half made
    mkdir -p "$dir"
    case $1 in
    grammars) set -- cmake -G Ninja -S cmake/grammars -B "$dir" -DCMAKE_C_COMPILER=gcc ;;
    *) set -- cmake --preset "$1" ;;
    esac
    if ! "$@" >"$dir/configure.log"; then # errors are on stderr
        echo "configuring $dir failed; the whole log is $dir/configure.log" >&2
        exit 1
    fi
    printf '%s\n' "$PWD" >"$dir/.configured"
}

# Ninja's output to ours: progress in one line or none, and whatever compilers have to say.
progress() { # DIR
    steps=0 start=$(date +%s)
    while IFS= read -r line; do
        case $line in
        "ninja: no work to do."* | "[0/"*"] Re-"* | "-- "*) ;;
        "["[0-9]*"/"*"] "*)
            steps=$((steps + 1))
            if [ "$terminal" ]; then printf '\r\033[K%.79s' "$line"; fi
            ;;
        *)
            if [ "$terminal" ] && [ "$steps" -gt 0 ]; then printf '\r\033[K'; fi
            printf '%s\n' "$line"
            ;;
        esac
    done
    if [ "$steps" -gt 0 ]; then
        if [ "$terminal" ]; then printf '\r\033[K'; fi
        echo "$1: $steps steps in $(($(date +%s) - start)) s"
    fi
}

for wanted in "$@"; do
    dir=build/${wanted%%:*}
    target=all
    case $wanted in *:*) target=${wanted#*:} ;; esac
    configure "${wanted%%:*}"
    if [ "${V:-0}" = 1 ]; then
        ninja -v -j "$jobs" -C "$dir" "$target"
    else
        { { code=0; (cd "$dir" && ninja -j "$jobs" "$target") 2>&1 || code=$?; echo $code >&3; } |
            progress "$dir" >&4; } 3>"$dir/.status" 4>&1
        read -r code <"$dir/.status"
        [ "$code" = 0 ] || exit "$code"
    fi
done
