# What is not a default, with where it was set, stands at the end.
CQ_PRELOAD=all CQ_CACHE_SHARDS=2 cq status --no-files --no-config --threads 2 | sed -n '/^settings/,$p' | grep -v directory
