#!/bin/sh
# tools/fetch-openapi.sh - the linter that /openapi.json is checked with, into build/openapi/
# (tests/scripts/openapi_lint.sh).
#
# The versions are those of tools/openapi/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR
    # What only sourcemaps and declarations need.
    find "$1" -type f \( -name '*.map' -o -name '*.d.ts' \) -delete
    mv "$1" "$2/node_modules"
}

npm_fetch tools/openapi build/openapi
