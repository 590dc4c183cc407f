#!/bin/sh
# docs/operations.md, and what docs/http.md and docs/mcp.md say of starting a server: every command works as it is written,
# with folders and ports of the test; settings, metrics and routes that are named exist.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-operations.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
PYTHONPATH=$CQ_SOURCE/tests/http /usr/bin/python3 -B "$CQ_SOURCE/tests/operations_docs.py" "$CQ_BUILD/cq" "$CQ_SOURCE/docs" "$tmp"
