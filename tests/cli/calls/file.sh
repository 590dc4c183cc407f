cq calls pkg/store.py
