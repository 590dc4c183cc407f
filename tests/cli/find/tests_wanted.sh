# A test stands behind the code, unless it is asked for.
cq find "cache" --format lines --per-file 1; echo --; cq find "tests of the cache" --format lines --per-file 1 --limit 1
