#!/bin/sh
# tools/layers.sh [ROOT] - an #include "dir/x.h" may name its own folder or one further left in this
# list; main.c may name any; a unit test also tests/support ("support/x.h"). Tree-sitter is for lang/ only.
cd "${1:-$(dirname "$0")/..}" || exit 1
files=$(find src -name '*.[ch]' | LC_ALL=C sort)
[ -n "$files" ] || exit 0
awk -v order="base runtime lang lsp index resolve retrieve service op app door main.c" '
BEGIN { n = split(order, d, " "); for (i = 1; i <= n; i++) rank[d[i]] = i }
FNR == 1 {
    split(FILENAME, p, "/")
    me = p[2]
    if (!(me in rank)) { print FILENAME ":1: src/" me " is not a folder of the house"; bad = 1 }
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\"")
    slash = index(q[2], "/")
    dir = slash ? substr(q[2], 1, slash - 1) : ""
    if (dir == "support" && FILENAME ~ /_test\.c$/) next
    if (dir == "cq" && rank[me] >= rank["app"]) next
    if (dir == "") {
        print FILENAME ":" FNR ": \"" q[2] "\" must name its folder: \"dir/x.h\""; bad = 1
    } else if (!(dir in rank) || rank[dir] > rank[me]) {
        print FILENAME ":" FNR ": " me " must not include " dir; bad = 1
    }
}
/^[ \t]*#[ \t]*include[ \t]*[<"]tree_sitter\// && me != "lang" {
    print FILENAME ":" FNR ": tree-sitter is used in lang only"; bad = 1
}
END { exit bad }' $files
