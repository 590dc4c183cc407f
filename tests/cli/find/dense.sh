CQ_RUNTIME_FIND_DENSE=on cq find "cache keys" --explain --limit 2
