cq find "cache keys" --only docs; cq find "cache keys" --only code --limit 1 --format lines
