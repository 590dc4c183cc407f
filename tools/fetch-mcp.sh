#!/bin/sh
# tools/fetch-mcp.sh - the official clients of the Model Context Protocol, into build/mcp/: the
# inspector's command line and the conformance suite (tests/scripts/mcp_clients.sh).
#
# The versions are those of tools/mcp/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR
    # What only the inspector's web page needs.
    rm -rf "$1/lucide-react" "$1/@radix-ui" "$1/react-dom" "$1/prismjs" \
        "$1/@modelcontextprotocol/inspector/client/dist"
    # The suite asks Node for fs.globSync, which came with version 22, and needs it for audits only.
    suite=$1/@modelcontextprotocol/conformance/dist/index.js
    sed -i 's/globSync as [a-z]*,//' "$suite"
    mv "$1" "$2/node_modules"
}

npm_fetch tools/mcp build/mcp
