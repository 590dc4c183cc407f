CQ_RUNTIME_FIND_DENSE=on CQ_RUNTIME_FIND_FUSION=ranks cq find "cache keys" --explain --limit 2
