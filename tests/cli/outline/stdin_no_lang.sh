cq outline - <app.py
