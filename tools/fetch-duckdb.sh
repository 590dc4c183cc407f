#!/bin/sh
# tools/fetch-duckdb.sh - DuckDB's library for `cq sql`, into build/duckdb/: libduckdb.so, LICENSE.
#
# Nothing else needs it: where it cannot be had, this says so and succeeds. The version is that of
# tools/duckdb/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR : npm has installed the one package that fits this machine
    for library in "$1"/@duckdb/node-bindings-linux-*/libduckdb.so; do
        if [ -f "$library" ]; then
            cp "$library" "${library%/*}/LICENSE" "$2/"
        else
            echo "fetch-duckdb: no DuckDB package for $(uname -m); cq sql will say that it is missing" >&2
        fi
    done
}

(npm_fetch tools/duckdb build/duckdb) ||
    echo "fetch-duckdb: cq is built without DuckDB; cq sql will say that it is missing" >&2
