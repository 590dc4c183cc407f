cq outline -d 1 --depth 2 src/a.py
