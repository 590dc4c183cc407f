unset CQ_RUNTIME_FIND_DEADLINE_MS # which the tests set
unset CQ_INDEX_BACKGROUND # of the test runner
CQ_CACHE_DIR=/cache CQ_RUNTIME_IO_WORKERS=9 cq config show
