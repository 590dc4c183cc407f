cq find "cache keys" --budget 60; cq find "cache keys" --per-file 1 --limit 1
