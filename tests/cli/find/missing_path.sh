cq find x --in src/kyes.py
