# No name rules: what the index knows, and that this is all.
cp -R "$CQ_CASES/../calls/tree/." .
cq nb docs/notes.md:2; printf 'all:\n\ttrue\n' >pkg/Makefile; cq nb pkg/Makefile
