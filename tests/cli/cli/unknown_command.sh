cq outlin src/a.py
