cq outline -d 5000 src/a.py
