cq outline src/a.py --format json >/dev/full
