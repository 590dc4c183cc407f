cq outline -x src/a.py
