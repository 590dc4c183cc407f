# stdout: unchecked
# The schema holds for it (tests/run-cli.sh).
cq calls Store.save --depth 2 --callees --format json
