# stdout: unchecked
# The schema holds for it (tests/run-cli.sh).
cp -R "$CQ_CASES/../calls/tree/." .
cq map --budget 200 --format json
