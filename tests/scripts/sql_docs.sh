#!/bin/sh
# docs/sql.md shows the tables as cq does.
set -eu
shown=$("$CQ_BUILD/cq" sql --schema | sed -E 's/^([a-z_]+): (.*)/**`\1`**: \2/')
case $(cat "$CQ_SOURCE/docs/sql.md") in
*"$shown"*) ;;
*)
    echo "docs/sql.md does not show the tables as \`cq sql --schema\` does"
    exit 1
    ;;
esac
