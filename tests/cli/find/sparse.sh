# Words that are near those of the question are looked for, too; the answer says how many.
CQ_RUNTIME_FIND_SPARSE=on cq find "cache eviction keys" --limit 2
CQ_RUNTIME_FIND_SPARSE=on cq find "cache eviction keys" --format json | grep -o '{"channel":"sparse"[^}]*}'
