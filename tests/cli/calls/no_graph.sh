cq outline pkg/app.py --format dot
