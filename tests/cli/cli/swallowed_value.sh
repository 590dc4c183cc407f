cq outline src/a.py --lang --depth 1
