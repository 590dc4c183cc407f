cq calls nothere.py:3
