cq outline --lang python - <app.py
