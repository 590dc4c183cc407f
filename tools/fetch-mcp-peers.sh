#!/bin/sh
# tools/fetch-mcp-peers.sh - other servers of the Model Context Protocol, into build/mcp-peers/, for
# bench/mcp_peers.py. No test needs them.
#
# The versions are those of tools/mcp-peers/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR
    mv "$1" "$2/node_modules"
}

npm_fetch tools/mcp-peers build/mcp-peers
