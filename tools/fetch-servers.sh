#!/bin/sh
# tools/fetch-servers.sh - language servers for tools/call_edges.py, into build/servers/.
#
# pyright-langserver and typescript-language-server, as build/servers/node_modules/.bin/...; the
# versions are those of tools/servers/package-lock.json. No build or test needs them. clangd,
# gopls and rust-analyzer are not npm packages: install them as your system does.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR
    mv "$1" "$2/node_modules"
}

npm_fetch tools/servers build/servers
