cp app.py app.pyy; cq outline app.pyy
