cq outline --format jsn src/a.py
