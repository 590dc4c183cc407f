# Worker processes give the same answer, byte for byte.
cq search build_key --classify all >"$TMPDIR/here" && cq search build_key --classify all --isolate | cmp - "$TMPDIR/here" && echo same
cq search build_key --format lines --classify all >"$TMPDIR/here"
cq search build_key --format lines --classify all --isolate | cmp - "$TMPDIR/here" && echo same
cq search build_key --count --isolate
