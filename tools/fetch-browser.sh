#!/bin/sh
# tools/fetch-browser.sh - what drives a browser over the page of cq serve, into build/browser/
# (tests/scripts/page.sh). The browser itself is Debian's.
#
# The version is that of tools/browser/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR
    # What only its recorder and trace viewer need.
    rm -rf "$1/playwright-core/lib/vite"
    mv "$1" "$2/node_modules"
}

npm_fetch tools/browser build/browser
