# No backend, or none that fits, is a limit of the answer.
CQ_RUNTIME_FIND_DENSE=on CQ_RUNTIME_FIND_LATE=on CQ_RUNTIME_EMBED_BACKEND=none cq find "cache keys" --limit 1
CQ_RUNTIME_EMBED_BACKEND=hash CQ_RUNTIME_FIND_LATE=on cq find "cache keys" --limit 1
CQ_EMBED_MODEL=nowhere.cqm cq find "cache keys" --limit 1
