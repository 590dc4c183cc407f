cq outline app.py --lang pyton
