cq find "cache keys" --explain --limit 2
