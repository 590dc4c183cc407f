#!/bin/sh
# Model-checks the protocol of runtime cells with spin: the model as it is has no error, and each
# deliberately broken variant has one. CQ_LONG=1 checks a larger model.
set -eu
command -v spin >/dev/null || exit 77
model=$PWD/tests/models/cell.pml
if [ -n "${CQ_SOURCE:-}" ]; then model=$CQ_SOURCE/tests/models/cell.pml; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

check() { # NAME -DOPTION...: prints what pan says of errors
    name=$1
    shift
    spin -a "$@" "$model" >"$name.spin" || { cat "$name.spin" >&2; exit 1; }
    gcc -O2 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=4096 -DMEMLIM=3000 -o "$name.pan" pan.c
    ./"$name.pan" -m2000000 >"$name.out" 2>&1 || { cat "$name.out" >&2; exit 1; }
    grep -q 'errors: ' "$name.out" || { cat "$name.out" >&2; exit 1; }
    sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$name.out"
}

sound() { # NAME -DOPTION...
    errors=$(check "$@")
    if [ "$errors" != 0 ] || ! grep -q '^State-vector' "$1.out" || grep -q 'not completed\|too small' "$1.out"; then
        cat "$1.out"
        echo "the model $1 has errors or was not searched to the end"
        exit 1
    fi
    echo "$1: no error, $(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$1.out") states"
}

broken() { # VARIANT -DOPTION...
    variant=$1
    errors=$(check "$@" "-D$variant")
    if [ "$errors" = 0 ]; then
        echo "the broken variant $variant goes unnoticed"
        exit 1
    fi
    echo "$variant: noticed: $(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' "$variant.out")"
}

sound two_readers -DREADERS=2 -DCHANGERS=1 -DCHANGES=1 -DGETS=1
sound two_changes -DREADERS=1 -DCHANGERS=1 -DCHANGES=2 -DGETS=2
sound two_changers -DREADERS=1 -DCHANGERS=2 -DCHANGES=1 -DGETS=1
broken NO_SECOND_LOOK
broken NO_HEAVY_FENCE
broken NO_RETIRED_LOOK
broken EARLY_PAYLOAD
broken BEGUN_FIRST
broken PUBLISH_STALE
if [ -n "${CQ_LONG:-}" ]; then
    sound two_readers_two_changes -DREADERS=2 -DCHANGERS=1 -DCHANGES=2 -DGETS=1
    sound two_of_all -DREADERS=1 -DCHANGERS=2 -DCHANGES=2 -DGETS=2
fi
