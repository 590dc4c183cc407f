cq outline src/a.py >&-
