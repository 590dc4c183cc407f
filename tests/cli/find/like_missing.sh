cq find --like src/cash.py:3
