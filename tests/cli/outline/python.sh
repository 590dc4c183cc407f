cq outline app.py
