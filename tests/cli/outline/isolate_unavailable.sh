# Without a worker nothing is parsed, least of all in cq itself.
CQ_WORKER_PROGRAM=/bin/true cq outline . --isolate
