CQ_RUNTIME_CPU_WORKER=3 cq outline src/a.c
