CQ_WORKER_PROGRAM=/bin/true cq search build_key --isolate
