#!/bin/bash
. ./lib/common.sh
source "$DIR/util.sh"
alias ll='ls -l'
helper() { local run=1; inner() { echo deep; }; }
function main {
    helper "$@" | sort
    x=$(helper a)
    "$run" b; ./tool.sh; ${cmd} c
    if check; then sudo helper; fi
    trap cleanup EXIT
}
main
