cq find --like src/cache.py:3
