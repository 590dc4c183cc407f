# stdout: unchecked
# The schema holds for it (tests/run-cli.sh).
cp -R "$CQ_CASES/../calls/tree/." .
cq nb Store --top-k 3 --format json
