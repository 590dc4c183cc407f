cq outline src/a.py --lang
