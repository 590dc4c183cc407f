cq --formt json outline src/a.py
