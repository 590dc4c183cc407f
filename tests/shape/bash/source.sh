#!/bin/bash
set -eu
name=$1
files=(a b "$name")
log() { echo "$(date): $*" >&2; }
for f in "${files[@]}"; do
    if [ -f "$f" ]; then
        log "found $f"
        cat "$f" | grep -v '^#' | sort
    elif [[ $f == b ]]; then
        log missing b
    fi
done
while read -r line; do echo "$line"; done <input.txt
case $name in
    x) exit 1 ;;
    *) cp "$name" /tmp && rm -f "$name" ;;
esac
export PATH=$PATH:/opt/bin
