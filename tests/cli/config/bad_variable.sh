CQ_RUNTIME_CPU_WORKERS=many cq search needle --format json
