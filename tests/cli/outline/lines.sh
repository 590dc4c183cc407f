cq outline app.py --format lines
