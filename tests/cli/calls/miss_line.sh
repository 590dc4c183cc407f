cq calls pkg/app.py:999
