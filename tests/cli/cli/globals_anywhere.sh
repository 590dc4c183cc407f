cq --format lines outline src/a.py; cq outline --format=lines src/a.py; cq outline src/a.py --format lines
