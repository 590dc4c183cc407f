# The time limit may come from the environment; the option lifts it.
CQ_RUNTIME_REQUEST_TIMEOUT_S=0.0000001 cq search needle >"$TMPDIR/out" 2>&1; echo $?; cat "$TMPDIR/out"
CQ_RUNTIME_REQUEST_TIMEOUT_S=0.0000001 cq search needle --timeout 0 --format lines
