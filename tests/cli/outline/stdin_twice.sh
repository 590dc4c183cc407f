cq outline --lang c - - <app.py
