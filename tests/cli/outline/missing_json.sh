cq outline ap.py --format json
