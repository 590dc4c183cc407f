cq search x --in src/kyes.py
