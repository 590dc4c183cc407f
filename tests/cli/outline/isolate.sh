# Worker processes give the same answer, byte for byte, in every format.
cq outline . >"$TMPDIR/here" && cq outline . --isolate
cq outline . --isolate | cmp - "$TMPDIR/here"
cq outline . --format lines >"$TMPDIR/here" && cq outline . --isolate --format lines | cmp - "$TMPDIR/here"
strip() { sed 's/"argv":[^]]*\],//; s/"started":"[^"]*"//; s/"elapsed_ms":[0-9.]*//'; }
cq outline . --format json | strip >"$TMPDIR/here" && cq outline . --isolate --format json | strip | cmp - "$TMPDIR/here"
cq outline --lang python - <app.py >"$TMPDIR/here" && cq outline --lang python --isolate - <app.py | cmp - "$TMPDIR/here"
