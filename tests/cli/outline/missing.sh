cq outline ap.py
