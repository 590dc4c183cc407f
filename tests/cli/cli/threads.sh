cq outline . --threads 1 >"$TMPDIR/a"; cq outline . --threads 7 >"$TMPDIR/b"; cmp "$TMPDIR/a" "$TMPDIR/b"
