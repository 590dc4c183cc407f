# The hits of a file whose parser crashes are there, but unclassified, and the file is named.
CQ_TEST_CRASH_ON='segv:src/' cq search build_key --isolate --in src --format lines --classify all
