cq outline --dpeth 1 src/a.py
