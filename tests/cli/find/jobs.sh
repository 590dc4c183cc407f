# The answer does not depend on the number of workers.
cq find "cache keys" --explain >"$TMPDIR/one" && CQ_RUNTIME_CPU_WORKERS=3 cq find "cache keys" --explain | cmp - "$TMPDIR/one" && echo same
