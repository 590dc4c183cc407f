cq --timeout soon outline src/a.py
