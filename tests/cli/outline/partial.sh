cq outline lib/broken.py
