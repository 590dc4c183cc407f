cq config show cache.tll_seconds
