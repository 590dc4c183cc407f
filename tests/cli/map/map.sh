# What most of the code leans on; tests and vendored code only when asked for.
cp -R "$CQ_CASES/../calls/tree/." .
cq map; cq map --all --in vendor --in tests
