#!/bin/sh
# tools/fetch-peers.sh - programs cq is compared with, into build/peers/: rg (ripgrep 15), ast-grep.
#
# Used by the benchmarks and by comparison tests only. ast-grep is not the newest: 0.45 has the same
# grammars as cq, later ones parse parts of programs in another way. The versions are those of
# tools/peers/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

take() { # NEW_DIR NAME FILE : npm has installed the one package that fits this machine
    if [ -f "$3" ]; then
        cp "$3" "$1/$2"
        chmod 755 "$1/$2"
        return 0
    fi
    echo "fetch-peers: no $2 package for $(uname -m); comparisons with it are skipped" >&2
}

keep() { # NODE_MODULES NEW_DIR
    take "$2" rg "$1"/@vscode/ripgrep-*/bin/rg
    take "$2" ast-grep "$1"/@ast-grep/cli-linux-*/ast-grep
}

npm_fetch tools/peers build/peers
