#!/bin/sh
# tools/fetch-peers.sh - programs cq is compared with, into build/peers/: rg (ripgrep 15).
#
# Used by the benchmarks and by comparison tests only. The versions are those of
# tools/peers/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR : npm has installed the one package that fits this machine
    for rg in "$1"/@vscode/ripgrep-*/bin/rg; do
        if [ -f "$rg" ]; then
            cp "$rg" "$2/rg"
            chmod 755 "$2/rg"
        else
            echo "fetch-peers: no ripgrep package for $(uname -m); comparisons with it are skipped" >&2
        fi
    done
}

npm_fetch tools/peers build/peers
