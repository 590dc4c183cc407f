: >none.py; cq outline none.py
