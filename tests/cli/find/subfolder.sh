# --in is relative to the working folder; answers are relative to the root.
git init -q . && cd src && cq find "cache keys" --in cache.py --format lines --per-file 1
