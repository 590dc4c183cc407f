cq --depth 1 outline src/a.py
