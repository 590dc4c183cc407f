cq outline empty.py
